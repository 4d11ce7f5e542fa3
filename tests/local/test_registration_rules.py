"""What an environment may settle about registrations, all of it at once, and each rule seen at work."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Cdk, Fleet, Identity, awaited, request
from function_code import BY_LAMBDA, zipped
from owner import Owner
from typer.testing import CliRunner

from contract import Output
from jitr.local import LocalAws
from jitr.main import app
from jitr_stack import settings
from records.state import State
from tests.unit.owners_ca import pem

ENVIRONMENT = "ruled"
ROLE = "arn:aws:iam::000000000000:role/decide"
DECISION = "arn:aws:lambda:us-east-1:000000000000:function:decide"
DECIDE = """
def handle(device, _context):
    for decision in ("refuse", "hold"):
        if device["thing_name"].startswith(decision):
            return {"decision": decision, "reason": "because of its name"}
    return {"decision": "allow"}
"""
SETTINGS = f"""
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
delete_authorities_with_certificates = true
require_issuance_record = false
second_certificate = "refuse"
decision_function = "{DECISION}"
event_bus = "fleet"
[authorities.fleet]
[authorities.factory]
state = "trusted"
custody = "external"
mode = "SNI_ONLY"
certificate = "factory.pem"
[provisioning]
thing_type = "zymkey"
groups = ["fleet"]
[provisioning.attributes]
serial = "${{record.serial}}"
"""


@dataclass(frozen=True)
class Ruled:
    """The environment, its factory, and the queue that hears what is announced."""

    fleet: Fleet
    factory: Owner
    announced: str

    def announcements(self, identity: Identity) -> list[dict[str, Any]]:
        """The details of the events about a certificate, once there are any."""
        heard: list[dict[str, Any]] = []

        def about_it() -> list[dict[str, Any]]:
            sqs = self.fleet.client("sqs")
            answer = sqs.receive_message(QueueUrl=self.announced, MaxNumberOfMessages=10, VisibilityTimeout=0)
            heard.extend(json.loads(message["Body"])["detail"] for message in answer.get("Messages", []))
            return [detail for detail in heard if detail.get("certificate_id") == identity.id]

        return awaited(about_it)


@pytest.fixture(scope="module")
def ruled(aws: LocalAws, cdk: Cdk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ruled]:
    """The deployed environment, with all that is the owner's made before."""
    folder, factory = tmp_path_factory.mktemp("ruled"), Owner()
    fleet = Fleet(aws, ENVIRONMENT, folder / "devices")
    (folder / "factory.pem").write_text(pem(factory.certificate))
    (folder / f"{ENVIRONMENT}.toml").write_text(SETTINGS)
    announced = make_what_is_the_owners(fleet)
    cdk("deploy", f"{ENVIRONMENT}/*", "--require-approval", "never", environments=folder)
    return Ruled(fleet, factory, announced)


def make_what_is_the_owners(fleet: Fleet) -> str:
    """Make thing type, group, decision function and bus; give the URL of the queue that hears the bus."""
    fleet.client("iot").create_thing_type(thingTypeName="zymkey")
    fleet.client("iot").create_thing_group(thingGroupName="fleet")
    fleet.client("iam").create_role(RoleName="decide", AssumeRolePolicyDocument=json.dumps(BY_LAMBDA))
    fleet.client("lambda").create_function(
        FunctionName="decide",
        Runtime="python3.12",
        Role=ROLE,
        Handler="decide.handle",
        Code={"ZipFile": zipped("decide.py", DECIDE)},
    )
    events, sqs = fleet.client("events"), fleet.client("sqs")
    queue = sqs.create_queue(QueueName="announced")["QueueUrl"]
    events.create_event_bus(Name="fleet")
    events.put_rule(Name="all", EventBusName="fleet", EventPattern='{"source": ["jitr.registration"]}')
    arn = "arn:aws:sqs:us-east-1:000000000000:announced"
    events.put_targets(Rule="all", EventBusName="fleet", Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def test_a_thing_becomes_what_the_template_makes_of_it(ruled: Ruled) -> None:
    device = ruled.fleet.registered("provisioned")

    thing = ruled.fleet.client("iot").describe_thing(thingName="provisioned")
    groups = ruled.fleet.client("iot").list_thing_groups_for_thing(thingName="provisioned")["thingGroups"]

    assert thing["thingTypeName"] == "zymkey"
    assert thing["attributes"] == {"serial": f"{device.certificate.serial_number:x}"}
    assert [group["groupName"] for group in groups] == ["fleet"]
    assert device.publish("provisioned/hello")


def test_a_second_certificate_is_refused_and_the_first_device_stays_online(ruled: Ruled) -> None:
    first = ruled.fleet.registered("only-one")
    second = ruled.fleet.device("only-one")

    assert second.connect() is None
    ruled.fleet.await_status(second, "INACTIVE")

    assert ruled.fleet.record(second).state is State.REFUSED
    assert ruled.announcements(second)[0]["reason"] == "second_certificate"
    assert first.publish("only-one/hello")


def test_a_second_certificate_that_an_operator_names_replaces_the_first(
    ruled: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ruled.fleet.registered("repaired")
    second = ruled.fleet.device("repaired")
    assert second.connect() is None
    ruled.fleet.await_status(second, "INACTIVE")

    done = operate(ruled, monkeypatch, "device", "replace", "repaired", second.id, "--yes")

    assert "registered: ACTIVE, thing repaired" in done, done
    assert second.publish("repaired/hello")
    assert ruled.fleet.record(first).state is State.REPLACED
    assert first.connect() is None


def operate(ruled: Ruled, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Run `jitr` on the environment, whose file is where the command looks; give all that it says."""
    folder = ruled.fleet.folder.parent
    monkeypatch.setattr("jitr.target.load", lambda name, _folder: settings.load(name, folder, {}))
    monkeypatch.setenv("JITR_LOCAL", str(ruled.fleet.aws.folder))
    return CliRunner().invoke(app, [*words, "-e", ENVIRONMENT]).output


def test_the_owner_refuses_a_device(ruled: Ruled) -> None:
    device = ruled.fleet.device("refused-by-name")

    assert device.connect() is None
    ruled.fleet.await_status(device, "INACTIVE")

    assert ruled.fleet.record(device).reason == "owner: because of its name"
    assert ruled.announcements(device)[0]["reason"] == "owner"


def test_the_owner_holds_a_device_which_stays_pending(ruled: Ruled) -> None:
    device = ruled.fleet.device("hold-it")

    assert device.connect() is None

    assert ruled.announcements(device)[0]["outcome"] == "held"
    assert ruled.fleet.status(device) == "PENDING_ACTIVATION"


def test_a_device_of_the_factory_needs_no_record(ruled: Ruled) -> None:
    device = ruled.factory.device(ruled.fleet, "from-the-factory")

    assert device.connect() is None
    ruled.fleet.await_status(device, "ACTIVE")

    assert ruled.fleet.record(device).source == "adopted"
    assert device.publish("from-the-factory/hello")
    assert ruled.announcements(device)[0]["outcome"] == "registered"


def test_a_thing_of_anothers_is_not_taken(ruled: Ruled) -> None:
    ruled.fleet.client("iot").create_thing(
        thingName="somebodys", attributePayload={"attributes": {"owner": "somebody"}}
    )
    device = ruled.fleet.device("somebodys")

    assert device.connect() is None
    ruled.fleet.await_status(device, "INACTIVE")

    assert ruled.announcements(device)[0]["reason"] == "thing_of_another"


def test_a_request_that_the_template_cannot_take_is_refused_when_it_is_signed(ruled: Ruled) -> None:
    csr = request("not a thing name", ec.generate_private_key(ec.SECP256R1()))

    assert ruled.fleet.answer(csr)["refused"]["reason"] == "bad_thing_name"


def test_a_dead_letter_says_why(ruled: Ruled) -> None:
    message_id = ruled.fleet.deliver("poison")

    letters = awaited(
        lambda: (
            ruled.fleet.client("sqs")
            .receive_message(
                QueueUrl=ruled.fleet.outputs[Output.DEAD_LETTER_QUEUE], MessageAttributeNames=["All"]
            )
            .get("Messages")
        )
    )

    attributes = {name: value["StringValue"] for name, value in letters[0]["MessageAttributes"].items()}
    assert attributes["Reason"] == "malformed"
    assert "not JSON" in attributes["Problem"]
    assert attributes["MessageId"] == message_id
