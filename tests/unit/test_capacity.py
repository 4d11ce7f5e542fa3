"""Concurrency, batch, times: derived from the quotas, so that none of them is a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr_stack.capacity import LONGEST_RETENTION, Capacity, FleetTooLarge
from jitr_stack.quotas import Quotas

rates = st.floats(0.1, 2000)


def capacity(*, groups: int = 0, fleet: int = 100_000, asks_owner: bool = False, **quotas: float) -> Capacity:
    """Derive from AWS's defaults, but for what is given."""
    return Capacity.of(Quotas(**quotas), groups=groups, fleet=fleet, asks_owner=asks_owner)


def test_aws_s_defaults_let_ten_devices_a_second_in() -> None:
    assert capacity() == Capacity(
        registrations_per_second=10,
        refusals_per_second=0.5,
        concurrency=2,
        batch=10,
        timeout=12,
        retention=4 * 86_400 + 10_000,
    )


@pytest.mark.parametrize("operation", ["update_certificate", "attach_policy", "create_thing"])
def test_the_narrowest_quota_decides(operation: str) -> None:
    assert capacity(**{operation: 4}).registrations_per_second == 4


def test_a_device_that_joins_groups_makes_a_call_for_each() -> None:
    assert capacity(groups=5, add_thing_to_thing_group=20).registrations_per_second == 4
    assert capacity(groups=0, add_thing_to_thing_group=1).registrations_per_second == 10


def test_a_larger_quota_is_shared_by_more_functions() -> None:
    large = capacity(update_certificate=200, attach_policy=200, create_thing=200, attach_thing_principal=200)

    assert large.concurrency == 10
    assert large.share_of_registrations == 20


def test_a_small_quota_makes_small_batches() -> None:
    assert capacity(update_certificate=1).batch == 1


def test_time_is_left_for_the_owner_s_function() -> None:
    assert capacity(asks_owner=True).timeout == capacity().timeout + 6


def test_a_fleet_that_no_queue_keeps_for_so_long_is_refused_with_the_numbers() -> None:
    with pytest.raises(FleetTooLarge, match=r"10,000,000 devices at 10 a second take 11\.6 days"):
        capacity(fleet=10_000_000)


@given(rate=rates, asks_owner=st.booleans())
def test_what_is_derived_is_what_aws_takes(rate: float, *, asks_owner: bool) -> None:
    derived = capacity(
        update_certificate=rate, attach_policy=rate, create_thing=rate, fleet=1000, asks_owner=asks_owner
    )

    # Lambda: CreateEventSourceMapping, CreateFunction; SQS: SetQueueAttributes.
    assert 2 <= derived.concurrency <= 1000
    assert 1 <= derived.batch <= 10
    assert 1 <= derived.timeout <= 900
    assert 6 * derived.timeout <= derived.visibility <= 43_200
    assert 60 <= derived.retention < LONGEST_RETENTION


@given(rate=rates)
def test_all_functions_together_keep_to_the_quota(rate: float) -> None:
    derived = capacity(update_certificate=rate, attach_policy=10_000, create_thing=10_000, fleet=1)

    assert derived.concurrency * derived.share_of_registrations <= rate * 1.000001


@given(rate=st.floats(0.5, 2000))
def test_a_batch_s_turns_fit_into_a_run_and_leave_time_for_the_calls(rate: float) -> None:
    derived = capacity(update_certificate=rate, fleet=1)

    assert derived.batch / derived.share_of_registrations <= derived.timeout - 10
