"""What a function handles its batches with, put together once: clients, threads, turns."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config
from botocore.session import Session, get_session

from records.claims import Claims
from records.table import IssuanceRecords
from registration.activation import Activation
from registration.adoption import Adoption
from registration.again import RegistrationQueue
from registration.announcements import Announcements
from registration.batch import Desk, Each
from registration.certificates import Certificates
from registration.completion import Completion
from registration.dead_letters import DeadLetters
from registration.owner import Owner
from registration.pace import Pace, Paces
from registration.register import Registrar, utc_now
from registration.second_certificate import ThingClaims
from registration.settings import Settings
from registration.side_by_side import side_by_side

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""Messages at most that come at once (jitr_stack/capacity.py)."""
CALLS_OF_EACH = 3
"""Calls at most that one message waits for at the same time, but for its groups."""

CALLS = Config(
    connect_timeout=1,
    read_timeout=3,
    # The queue tries again, and later; an attempt of the SDK's own only bridges a hiccup.
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=BATCH * CALLS_OF_EACH,
    # Half of the processor time that botocore takes for a call goes into describing itself anew and into
    # checking parameters that are checked already (`make bench`, "messages that one function clears").
    user_agent="jitr-registration",
    parameter_validation=False,
)
ONCE = Config(retries={"total_max_attempts": 1})
DECISIONS = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})
"""The owner's function has five seconds; what it did not answer is asked at the message's next delivery."""


@cache
def desk(settings: Settings) -> Desk:
    """Make the clients once, so that later batches find open connections."""
    # botocore as it is: boto3 on top of it would only add to the time a cold start takes.
    session = get_session()
    dynamodb = cast("DynamoDBClient", session.create_client("dynamodb", config=CALLS))
    iot = cast("IoTClient", session.create_client("iot", config=CALLS))
    sqs = cast("SQSClient", session.create_client("sqs", config=CALLS))
    records = IssuanceRecords(dynamodb, settings.records_table)
    once = cast("IoTClient", session.create_client("iot", config=CALLS.merge(ONCE)))
    certificates = Certificates(iot, once, settings.account)
    paces = Paces(Pace(settings.registrations_per_second), Pace(settings.refusals_per_second))
    completion = Completion(
        records,
        ThingClaims(records, Claims(dynamodb, settings.records_table), settings.second_certificate),
        certificates,
        Activation(records, certificates, utc_now),
        settings.device_policy,
        paces.updates,
        side_by_side(ThreadPoolExecutor(BATCH * CALLS_OF_EACH)),
        utc_now,
    )
    return Desk(
        settings,
        records,
        Registrar(
            records,
            certificates,
            completion,
            paces,
            _owner(session, settings),
            _adoption(iot, records, settings),
        ),
        RegistrationQueue(sqs, settings.queue, settings.queue_retention),
        DeadLetters(sqs, settings.dead_letter_queue),
        _announcements(session, settings),
        each_in(ThreadPoolExecutor(BATCH)),
    )


def each_in(pool: Executor) -> Each:
    """Give an `Each` that works side by side in `pool`; a single piece of work is done where it is."""

    def each(work: Callable[[Any], None], several: Iterable[Any], /) -> None:
        pieces = list(several)
        if len(pieces) == 1:
            work(pieces[0])
        else:
            list(pool.map(work, pieces))

    return each


def _owner(session: Session, settings: Settings) -> Owner | None:
    if settings.decision_function is None:
        return None
    client = cast("LambdaClient", session.create_client("lambda", config=DECISIONS))
    return Owner(client, settings.decision_function, settings.environment)


def _adoption(iot: "IoTClient", records: IssuanceRecords, settings: Settings) -> Adoption | None:
    if not settings.adopted_authorities:
        return None
    # Only here: `cryptography` would dominate a cold start, and is not in the zip of other environments.
    from registration.announced import announced_certificates  # noqa: PLC0415

    return Adoption(iot, records, settings.adopted_authorities, announced_certificates(settings).read)


def _announcements(session: Session, settings: Settings) -> Announcements | None:
    if settings.event_bus is None:
        return None
    return Announcements(
        cast("EventBridgeClient", session.create_client("events", config=CALLS)), settings.event_bus
    )
