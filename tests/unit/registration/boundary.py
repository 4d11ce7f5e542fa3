"""The boundary to AWS: moto's, with every call of the function recorded, and stopped where a test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

REGION = "eu-west-1"
AUTHORITY = "a" * 64
"""The CA that AWS IoT has every certificate from."""
READS = frozenset(
    {"BatchGetItem", "GetItem", "Query", "DescribeCertificate", "DescribeThing", "ListPrincipalThings"}
)
STATUS = {"InternalFailureException": 500, "ServiceUnavailableException": 503}
"""HTTP status of errors (AWS IoT API reference); of all others here it is 400, as of a throttled call."""


QUEUE = "https://queue.example"
DEAD_LETTERS = "https://dead-letters.example"


class Killed(BaseException):
    """The function's process died. Not an Exception, so that no handler of errors can catch it."""


@dataclass(frozen=True)
class Call:
    """A call to AWS that the function made."""

    operation: str
    parameters: dict[str, Any]

    @property
    def sets(self) -> str | None:
        """The status that the call gives a certificate."""
        return self.parameters.get("newStatus")


@dataclass
class Function:
    """The function's side of the account: what it called, and what is to befall it."""

    calls: list[Call] = field(default_factory=list)
    """Those that reached AWS, in order."""
    before_call: Callable[[Call], None] = lambda _call: None
    after_call: Callable[[Call], None] = lambda _call: None

    @property
    def operations(self) -> list[str]:
        """The names of the calls, in order."""
        return [call.operation for call in self.calls]

    @property
    def changes(self) -> list[str]:
        """The names of the calls that change something, in order."""
        return [name for name in self.operations if name not in READS]

    @property
    def statuses(self) -> list[str]:
        """The statuses given to certificates, in order."""
        return [call.sets for call in self.calls if call.sets]

    def dies_at(self, position: int, moment: str) -> None:
        """Let the next run die at its call number `position`, `before` or `after` that took effect."""
        remaining = iter(range(position + 1))

        def die(_call: Call) -> None:
            if next(remaining, None) == position:
                raise Killed

        setattr(self, f"{moment}_call", die)

    def loses_the_answer_of(self, operation: str) -> None:
        """Let every call of an operation take effect, and its answer get lost."""

        def lose(call: Call) -> None:
            if call.operation == operation:
                raise ReadTimeoutError(endpoint_url="https://iot.example")

        self.after_call = lose

    def fails_at(self, operation: str, code: str) -> None:
        """Let every call of an operation fail before it takes effect."""

        def fail(call: Call) -> None:
            if call.operation == operation:
                exception: Any = function_clients().iot.exceptions.from_code(code)
                told = {"Code": code, "Message": "made up"}
                status = {"HTTPStatusCode": STATUS.get(code, 400)}
                raise exception({"Error": told, "ResponseMetadata": status}, operation)

        self.before_call = fail

    def meanwhile(self, position: int, happening: Callable[[], None]) -> None:
        """Let something happen elsewhere, just before the run's call number `position`."""
        remaining = iter(range(position + 1))

        def happen(_call: Call) -> None:
            if next(remaining, None) == position:
                happening()

        self.before_call = happen

    def recovers(self) -> None:
        """Nothing befalls it any more."""
        self.before_call = self.after_call = lambda _call: None


@dataclass
class Queues:
    """The two queues, as a client of SQS that remembers what it was told."""

    hidden: dict[str, int] = field(default_factory=dict)
    """Seconds until it comes again, by receipt handle."""
    letters: list[dict[str, Any]] = field(default_factory=list)
    """What was sent to the dead-letter queue."""
    broken: bool = False

    def change_message_visibility_batch(self, **call: Any) -> None:
        """Hide messages."""
        self._work()
        assert call["QueueUrl"] == QUEUE
        self.hidden |= {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in call["Entries"]}

    def send_message(self, **call: Any) -> None:
        """Take a dead letter."""
        self._work()
        assert call["QueueUrl"] == DEAD_LETTERS
        self.letters.append(call)

    @property
    def buried(self) -> list[tuple[str, str]]:
        """Reason and body of the dead letters."""
        return [
            (letter["MessageAttributes"]["Reason"]["StringValue"], letter["MessageBody"])
            for letter in self.letters
        ]

    def _work(self) -> None:
        if self.broken:
            raise ConnectionError("no queue")


@dataclass(frozen=True)
class Clients:
    """Clients of the account."""

    iot: "IoTClient"
    dynamodb: "DynamoDBClient"


QUICK = Config(signature_version=UNSIGNED, parameter_validation=False)
"""For calls that stay in this process: nobody looks at a signature, and moto at the parameters itself."""


@cache
def clients() -> Clients:
    """The test's own clients, by which it arranges and looks."""
    session = boto3.Session("none", "none", region_name=REGION)
    return Clients(session.client("iot", config=QUICK), session.client("dynamodb", config=QUICK))


@cache
def function_clients() -> Clients:
    """The function's clients, whose calls are told to the world that is at work."""
    session = boto3.Session("none", "none", region_name=REGION)
    made = Clients(session.client("iot", config=QUICK), session.client("dynamodb", config=QUICK))
    for client in (made.iot, made.dynamodb):
        client.meta.events.register("provide-client-params", _before)
        client.meta.events.register("after-call", _after)
    return made


at_work: list[Function] = []
"""The function whose calls are recorded, last."""


def _before(params: dict[str, Any], model: Any, **_: Any) -> None:
    call = Call(model.name, params)
    function = at_work[-1]
    function.before_call(call)
    function.calls.append(call)
    if call.operation == "CreateThing":
        _refuse_to_overwrite(params)


def _refuse_to_overwrite(wanted: dict[str, Any]) -> None:
    """Do what AWS IoT does about a thing that is there as another one; moto overwrites it."""
    iot = clients().iot
    try:
        there = iot.describe_thing(thingName=wanted["thingName"])
    except iot.exceptions.ResourceNotFoundException:
        return
    attributes = wanted.get("attributePayload", {}).get("attributes", {})
    if (there.get("thingTypeName"), there.get("attributes", {})) != (wanted.get("thingTypeName"), attributes):
        answer: Any = {
            "Error": {"Code": "ResourceAlreadyExistsException", "Message": "there as another one"},
            "ResponseMetadata": {"HTTPStatusCode": 409},
        }
        raise function_clients().iot.exceptions.ResourceAlreadyExistsException(answer, "CreateThing")


def _after(model: Any, parsed: dict[str, Any], **_: Any) -> None:
    # AWS IoT tells of which CA a certificate is that it registers just in time; moto knows none.
    parsed.get("certificateDescription", {}).setdefault("caCertificateId", AUTHORITY)
    at_work[-1].after_call(Call(model.name, {}))
