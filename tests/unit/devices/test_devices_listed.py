"""The list: which devices, from where on, how many; and one device as it stands."""

import json
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from jitr.devices import listing as listings
from jitr.devices.list_view import print_json_list
from jitr.devices.listing import Listed, Listing, Wanted
from jitr.failure import BadUseError
from records.state import State
from records.table import IssuanceRecords
from tests.unit.devices.operator_desk import Known
from tests.unit.records.examples import RECORD, TABLE
from tests.unit.records.issuance_table import make_table


class Site:
    """A table of records, and as much of a desk as a list needs."""

    def __init__(self) -> None:
        client = boto3.Session("none", "none", region_name="eu-west-1").client("dynamodb")
        make_table(client, TABLE)
        self.client = client
        self.records = IssuanceRecords(client, TABLE)
        self.target = None

    def add(self, number: int, thing: str | None = None, issuer: str = RECORD.issuer) -> str:
        """Record a certificate; give its id."""
        id_ = f"{number:064x}"
        self.records.add(
            replace(
                RECORD,
                certificate_id=id_,
                thing_name=thing or f"pump-{number}",
                issuer=issuer,
                request_digest=f"{number:064x}",
            )
        )
        return id_


OTHER_ISSUER = "9" * 64


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Two authorities, no devices."""
    with mock_aws():
        made = Site()
        known = {"fleet": Known("fleet", RECORD.issuer), "old": Known("old", OTHER_ISSUER)}
        monkeypatch.setattr(listings, "deployed_authorities", lambda _target: known)
        yield made


def listing(site: Site, next_: str | None = None, **wanted: object) -> Listing:
    """A list with filters."""
    return Listing(site, Wanted(**wanted), next_)  # type: ignore[arg-type]  # as much of a desk as it needs


def ids(walk: Listing, limit: int | None = None) -> list[str]:
    """The certificates that a walk gives."""
    return [each.certificate_id for each in walk.devices(limit)]


def test_all_devices_of_all_authorities(site: Site) -> None:
    added = {site.add(1), site.add(2), site.add(3, issuer=OTHER_ISSUER)}

    walk = listing(site)

    assert set(ids(walk)) == added
    assert walk.next is None


def test_more_than_a_page(site: Site) -> None:
    added = {site.add(number) for number in range(230)}

    assert set(ids(listing(site))) == added


def test_a_list_is_taken_up_where_it_ended(site: Site) -> None:
    added = {site.add(number, issuer=OTHER_ISSUER if number % 2 else RECORD.issuer) for number in range(23)}
    seen: list[str] = []
    token: str | None = None
    while True:
        walk = listing(site, token)
        seen += ids(walk, 5)
        token = walk.next
        if token is None:
            break

    assert len(seen) == len(added)
    assert set(seen) == added


@pytest.mark.parametrize("authority", ["old", OTHER_ISSUER])
def test_an_authority_by_name_and_by_id(site: Site, authority: str) -> None:
    site.add(1)
    old = site.add(2, issuer=OTHER_ISSUER)

    assert ids(listing(site, authority=authority)) == [old]


def test_an_authority_that_is_not_of_the_environment_any_more_by_its_id(site: Site) -> None:
    gone = site.add(1, issuer="8" * 64)

    assert ids(listing(site, authority="8" * 64)) == [gone]


def test_an_unknown_authority_is_a_wrong_call(site: Site) -> None:
    with pytest.raises(BadUseError, match="--ca nope: is none of fleet, old"):
        ids(listing(site, authority="nope"))


def test_a_state(site: Site) -> None:
    revoked = site.add(1)
    site.add(2)
    site.records.move(revoked, to=State.REVOKED, expected={State.ISSUED})

    assert ids(listing(site, state=State.REVOKED)) == [revoked]


@pytest.mark.parametrize(("pattern", "found"), [("pump-1", 1), ("pump-*", 3), ("pump-?", 2), ("PUMP-*", 0)])
def test_things_by_name_and_by_pattern(site: Site, pattern: str, found: int) -> None:
    for number in (1, 2, 10):
        site.add(number)
    site.add(4, thing="valve-1")

    assert len(ids(listing(site, thing=pattern))) == found


def test_all_certificates_of_a_thing_are_found_also_those_that_never_came(site: Site) -> None:
    first, second = site.add(1, thing="pump"), site.add(2, thing="pump")

    assert set(ids(listing(site, thing="pump"))) == {first, second}


def test_a_record_that_cannot_be_read_hides_no_other(site: Site) -> None:
    bad, good = site.add(1), site.add(2)
    site.client.update_item(TableName=TABLE, Key={"id": {"S": bad}}, UpdateExpression="REMOVE serial")

    states = {each.certificate_id: each.fields()["state"] for each in listing(site).devices(None)}

    assert states == {bad: "unreadable", good: "issued"}


@pytest.mark.parametrize("token", ["zzz", "W10=", "WyJ4Il0=", ""])
def test_a_token_of_something_else_is_a_wrong_call(site: Site, token: str) -> None:
    with pytest.raises(BadUseError, match="--next: is no token"):
        ids(listing(site, token))


def test_programs_get_one_json_value(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    added = {site.add(number) for number in range(3)}

    print_json_list(listing(site), 2)

    value = json.loads(capsys.readouterr().out)
    assert {each["certificate_id"] for each in value["devices"]} < added
    assert value["next"] is not None


def test_an_empty_list_is_json_as_well(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    print_json_list(listing(site), None)

    assert json.loads(capsys.readouterr().out) == {"devices": [], "next": None}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.REGISTERED, "INACTIVE"),
        (State.REGISTERED, None),
        (State.DEACTIVATED, "ACTIVE"),
        (State.REPLACED, "ACTIVE"),
        (State.REFUSED, "ACTIVE"),
        (State.REVOKED, "INACTIVE"),
        (State.ISSUED, "ACTIVE"),
    ],
)
def test_what_somebody_switched_past_the_record_is_told(state: State, status: str | None) -> None:
    assert Listed("a", "fleet", replace(RECORD, state=state), asked=True, status=status).differs


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.REGISTERED, "ACTIVE"),
        (State.DEACTIVATED, "INACTIVE"),
        (State.REVOKED, "REVOKED"),
        (State.REVOKED, "PENDING_ACTIVATION"),
        (State.ISSUED, None),
        (State.REFUSED, "PENDING_ACTIVATION"),
    ],
)
def test_what_agrees_is_not_told(state: State, status: str | None) -> None:
    assert not Listed("a", "fleet", replace(RECORD, state=state), asked=True, status=status).differs
