"""Every cause made for real, seen to keep the device out, named, and mended by what is proposed."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from diagnosed import ENVIRONMENT, Diagnosed, key
from fleet import Cdk, Fleet, Identity, awaited
from owner import Owner
from typer.testing import CliRunner, Result

from contract import Output
from jitr.diagnosis.rules.rule import events_of
from jitr.failure import FailureError
from jitr.local import LocalAws
from jitr.local.session import LocalSession
from jitr.main import app
from jitr_stack import settings
from pki.identity import pem
from records.state import State
from records.table import IssuanceRecords

SETTINGS = """
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
delete_authorities_with_certificates = true
second_certificate = "refuse"
[authorities.fleet]
[authorities.factory]
state = "trusted"
custody = "external"
mode = "SNI_ONLY"
certificate = "factory.pem"
"""
OPEN = {"newStatus": "ACTIVE", "newAutoRegistrationStatus": "ENABLE"}
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def factory() -> Owner:
    """The owner of the environment's external authority."""
    return Owner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, factory: Owner) -> Path:
    """The folder with the environment's file."""
    made = tmp_path_factory.mktemp("diagnosed")
    (made / "factory.pem").write_text(pem(factory.certificate))
    (made / f"{ENVIRONMENT}.toml").write_text(SETTINGS)
    return made


@pytest.fixture(scope="module")
def deployed(aws: LocalAws, cdk: Cdk, folder: Path) -> Fleet:
    """The environment, deployed once."""
    cdk("deploy", f"{ENVIRONMENT}/*", "--require-approval", "never", environments=folder)
    return Fleet(aws, ENVIRONMENT, folder / "devices")


@pytest.fixture
def site(deployed: Fleet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Diagnosed]:
    """The environment, and the command run on it."""
    monkeypatch.setattr("jitr.target.load", lambda name, _folder: settings.load(name, folder, {}))
    monkeypatch.setenv("JITR_LOCAL", str(deployed.aws.folder))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return Diagnosed(deployed, run)


def kept_out(device: Identity) -> bool:
    """Whether the device cannot connect, be it that TLS or MQTT refuses it."""
    try:
        return device.connect() is None
    except FailureError:
        return True


def file_of(device: Identity) -> str:
    """The device's certificate file."""
    return str(device.device.certificate)


def without_thing(site: Diagnosed, device: Identity, name: str) -> None:
    """Detach a certificate from its thing."""
    site.client("iot").detach_thing_principal(thingName=name, principal=site.arn(f"cert/{device.id}"))


def leaf(issuer: x509.Name, signer: Any, name: str, first: datetime, last: datetime) -> tuple[Any, Any]:
    """A key and a certificate with any issuer, signer and validity."""
    own = key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .sign(signer, hashes.SHA256())
    )
    return own, certificate


def test_nothing_stands_in_the_way_of_a_device_that_is_online(site: Diagnosed) -> None:
    device = site.fleet.registered("online")

    for about in ("online", device.id, file_of(device)):
        answer = site.why(about)
        assert (answer.exit_code, answer.said["answer"], answer.causes) == (0, "nothing", [])
        assert answer.said["unread"] == []
    assert answer.said["thing_name"] == answer.said["client_id"] == "online"


def test_nothing_stands_in_the_way_of_a_device_that_never_connected(site: Diagnosed) -> None:
    device = site.fleet.device("fresh")
    answer = site.why("fresh")
    assert (answer.exit_code, answer.causes, answer.said["unclear"]) == (0, [], [])
    site.comes_in(device)


def test_nothing_was_ever_issued_for_a_name(site: Diagnosed) -> None:
    assert site.why("nobody").causes == ["nothing_issued_for_thing"]


def test_an_authority_that_nobody_here_knows(site: Diagnosed) -> None:
    device = Owner().device(site.fleet, "stranger")
    assert kept_out(device)
    answer = site.why(file_of(device))
    assert answer.first["cause"] == "authority_unknown"
    assert site.fleet.status(device) is None


def test_an_authority_that_was_deleted(site: Diagnosed, factory: Owner, cdk: Cdk, folder: Path) -> None:
    iot, device = site.client("iot"), factory.device(site.fleet, "orphan")
    held = site.why(file_of(device)).said["authority"]
    iot.update_ca_certificate(certificateId=held["certificate_id"], newStatus="INACTIVE")
    iot.delete_ca_certificate(certificateId=held["certificate_id"])

    assert kept_out(device)
    answer = site.why(file_of(device))

    assert answer.first["cause"] == "authority_unknown"
    assert "recheck=" in answer.first["mend"][0]
    cdk("deploy", f"{ENVIRONMENT}/*", "-c", f"recheck={NOW.isoformat()}", environments=folder)
    assert site.why(file_of(device)).causes == ["no_issuance_record"]


def test_an_inactive_authority(site: Diagnosed) -> None:
    device = site.fleet.device("of-inactive")
    with site.authority_changed(OPEN, newStatus="INACTIVE", newAutoRegistrationStatus="DISABLE"):
        assert kept_out(device)
        assert site.fleet.status(device) is None
        assert site.why("of-inactive").causes == ["authority_inactive"]
        assert site.why(file_of(device)).causes == ["authority_inactive"]
    site.comes_in(device)


def test_auto_registration_switched_off(site: Diagnosed) -> None:
    device = site.fleet.device("of-closed")
    with site.authority_changed(OPEN, newAutoRegistrationStatus="DISABLE"):
        assert kept_out(device)
        assert site.fleet.status(device) is None
        assert site.why(device).causes == ["auto_registration_off"]
    site.comes_in(device)


def test_an_authority_with_a_provisioning_template(site: Diagnosed) -> None:
    # The local AWS goes on announcing devices of such an authority, which AWS does not.
    template = {"templateName": "jitp"}
    with site.authority_changed({"registrationConfig": {}}, registrationConfig=template):
        site.fleet.device("of-template")
        answer = site.why("of-template")
        assert answer.causes == ["authority_has_provisioning_template"]
        assert "jitp" in answer.first["says"]


def test_a_rule_that_was_deleted(site: Diagnosed) -> None:
    device = site.fleet.device("ruleless")
    site.client("iot").delete_topic_rule(ruleName=site.rule)

    assert kept_out(device)
    answer = site.why("ruleless")

    assert answer.causes == ["rule_missing"]
    assert site.rule in answer.first["says"]
    site.mend(answer)
    site.comes_in(device)


def test_a_disabled_rule(site: Diagnosed) -> None:
    device = site.fleet.device("of-disabled-rule")
    site.client("iot").disable_topic_rule(ruleName=site.rule)

    assert kept_out(device)
    answer = site.why(device)

    assert answer.causes == ["rule_disabled"]
    site.mend(answer)
    site.comes_in(device)


def test_a_rule_for_another_authority(site: Diagnosed) -> None:
    device, iot = site.fleet.device("of-other-rule"), site.client("iot")
    rule = iot.get_topic_rule(ruleName=site.rule)["rule"]
    payload = {name: rule[name] for name in ("actions", "errorAction", "awsIotSqlVersion")}
    other = events_of("0" * 64)
    iot.replace_topic_rule(ruleName=site.rule, topicRulePayload={**payload, "sql": other})

    assert kept_out(device)
    answer = site.why(device)

    assert answer.causes == ["rule_for_another_authority"]
    site.mend(answer)
    site.comes_in(device)


def test_a_rule_that_may_not_send_to_the_queue(site: Diagnosed) -> None:
    # The local AWS does not ask a rule's role, so what the device sees cannot be shown here.
    rule = site.client("iot").get_topic_rule(ruleName=site.rule)["rule"]
    role = rule["actions"][0]["sqs"]["roleArn"].rpartition("/")[2]
    site.fleet.device("of-mute-rule")
    with site.policies_changed(role, lambda text: text.replace("sqs:SendMessage", "sqs:ListQueues")):
        answer = site.why("of-mute-rule")
        assert answer.causes == ["rule_not_permitted"]
        site.mend(answer)
        assert site.why("of-mute-rule").causes == []
    site.client("iam").delete_role_policy(RoleName=role, PolicyName="granted-again")


def test_a_stuck_queue(site: Diagnosed) -> None:
    device = site.fleet.device("stuck")
    site.switch_consumer(on=False)

    assert kept_out(device)
    assert site.fleet.status(device) == "PENDING_ACTIVATION"
    awaited(lambda: site.messages(site.fleet.outputs[Output.REGISTRATION_QUEUE]))
    answer = site.why("stuck")

    assert answer.causes == ["consumer_disabled"]
    assert "About 1 message waits" in answer.first["says"]
    assert answer.first["since"] is not None
    site.mend(answer)
    site.fleet.await_status(device, "ACTIVE")


def test_a_function_that_is_switched_off(site: Diagnosed) -> None:
    function = site.fleet.outputs[Output.REGISTRATION_FUNCTION]
    site.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    device = site.fleet.device("off")

    assert kept_out(device)
    answer = site.why("off")

    assert answer.causes == ["function_switched_off"]
    site.mend(answer)
    site.fleet.await_status(device, "ACTIVE")


def test_a_function_that_lost_an_action(site: Diagnosed) -> None:
    device = site.fleet.device("of-weak-function")
    with site.policies_changed(
        site.role, lambda text: text.replace("iot:UpdateCertificate", "iot:ListThings")
    ):
        assert kept_out(device)
        awaited(lambda: site.why(device).said["log"])
        answer = site.why(device)

        assert answer.causes == ["function_not_permitted"]
        assert "iot:UpdateCertificate" in answer.first["says"]
        assert answer.first["since"] is not None
        assert answer.said["log"][-1]["outcome"] == "retried"
        site.mend(answer)
        site.fleet.await_status(device, "ACTIVE")
    site.client("iam").delete_role_policy(RoleName=site.role, PolicyName="granted-again")


def test_an_action_that_a_policy_denies_to_the_function(site: Diagnosed) -> None:
    site.fleet.device("of-denied-function")
    with site.denied(site.role, "iot:AttachPolicy"):
        answer = site.why("of-denied-function")
        assert answer.causes == ["function_not_permitted"]
        assert "a policy denies it" in answer.first["says"]
    assert site.why("of-denied-function").causes == []


def test_a_dead_letter_with_its_reason(site: Diagnosed) -> None:
    device = site.pending("dead")
    site.fleet.deliver(site.fleet.event(device, awsAccountId="111111111111"))
    awaited(lambda: site.messages(site.fleet.outputs[Output.DEAD_LETTER_QUEUE]))

    for _ in range(2):  # a look leaves it there
        answer = site.why("dead")
        assert answer.causes == ["dead_letter"]
        assert "wrong_account" in answer.first["says"]
    assert answer.first["mend"] == [f"jitr redrive -e {ENVIRONMENT}"]
    assert answer.first["since"] is not None
    site.client("sqs").purge_queue(QueueUrl=site.fleet.outputs[Output.DEAD_LETTER_QUEUE])


def test_a_record_that_cannot_be_read(site: Diagnosed) -> None:
    device = site.pending("broken")
    site.client("dynamodb").update_item(
        TableName=site.fleet.outputs[Output.ISSUANCE_RECORDS],
        Key={"id": {"S": device.id}},
        UpdateExpression="SET serial = :broken",
        ExpressionAttributeValues={":broken": {"S": "not hexadecimal"}},
    )
    assert device.connect() is None
    awaited(lambda: site.messages(site.fleet.outputs[Output.DEAD_LETTER_QUEUE]))

    answer = site.why(device)

    assert answer.causes == ["record_unreadable", "dead_letter"]
    assert "InvalidRecord" in answer.said["findings"][1]["says"]
    site.client("sqs").purge_queue(QueueUrl=site.fleet.outputs[Output.DEAD_LETTER_QUEUE])


def test_a_certificate_without_a_record(site: Diagnosed, factory: Owner) -> None:
    device = factory.device(site.fleet, "unrecorded")
    assert site.why(file_of(device)).causes == ["no_issuance_record"]

    assert kept_out(device)
    site.fleet.await_status(device, "INACTIVE")
    answer = site.why(device)

    assert answer.causes == ["no_issuance_record"]
    assert any("jitr issued import" in line for line in answer.first["mend"])
    assert answer.first["mend"][-1] == f"jitr device activate {device.id} -e {ENVIRONMENT}"


def test_importing_lets_a_certificate_in_that_had_no_record(site: Diagnosed, factory: Owner) -> None:
    device = factory.device(site.fleet, "imported")
    (line,) = site.why(file_of(device)).first["mend"]
    assert site.jitr(*line.split()[1:]).exit_code == 0
    site.comes_in(device)


def test_a_lost_event(site: Diagnosed, monkeypatch: pytest.MonkeyPatch) -> None:
    device = site.pending("lost")
    assert site.why("lost").causes == ["registration_under_way"]
    monkeypatch.setattr("jitr.diagnosis.rules.waiting.MOMENT", timedelta(0))

    answer = site.why("lost")

    assert answer.causes == ["pending_and_never_retried"]
    site.mend(answer)
    site.fleet.await_status(device, "ACTIVE")


def test_a_certificate_that_somebody_switched_off(site: Diagnosed) -> None:
    device = site.fleet.registered("off-by-hand")
    site.client("iot").update_certificate(certificateId=device.id, newStatus="INACTIVE")

    assert kept_out(device)
    answer = site.why("off-by-hand")

    assert answer.causes == ["inactive"]
    assert answer.first["mend"] == [f"jitr device activate {device.id} -e {ENVIRONMENT}"]


@pytest.mark.parametrize("state", [State.REVOKED, State.DEACTIVATED, State.REPLACED])
def test_a_certificate_that_its_record_knows_to_be_off(site: Diagnosed, state: State) -> None:
    device = site.fleet.registered(f"was-{state}")
    table = IssuanceRecords(site.client("dynamodb"), site.fleet.outputs[Output.ISSUANCE_RECORDS])
    table.move(device.id, to=state, expected={State.REGISTERED}, reason="lost in the field")
    status = "REVOKED" if state is State.REVOKED else "INACTIVE"
    site.client("iot").update_certificate(certificateId=device.id, newStatus=status)

    assert kept_out(device)
    answer = site.why(f"was-{state}")

    assert answer.causes == [state.value]
    assert answer.first["since"] is not None


def test_a_certificate_that_was_revoked_by_hand(site: Diagnosed) -> None:
    device = site.fleet.registered("revoked-by-hand")
    site.client("iot").update_certificate(certificateId=device.id, newStatus="REVOKED")
    assert kept_out(device)
    assert site.why(device).causes == ["revoked"]


def test_a_certificate_that_was_deleted(site: Diagnosed) -> None:
    iot, device = site.client("iot"), site.fleet.registered("deleted")
    without_thing(site, device, "deleted")
    iot.update_certificate(certificateId=device.id, newStatus="INACTIVE")
    iot.delete_certificate(certificateId=device.id, forceDelete=True)
    assert site.why(device).causes == ["deleted_since_it_was_registered"]
    assert kept_out(device)
    awaited(lambda: site.why(device).said["status"] == "PENDING_ACTIVATION")
    assert site.why(device).causes == ["deleted_since_it_was_registered"]


def test_no_policy(site: Diagnosed) -> None:
    device = site.fleet.registered("unpoliced")
    site.client("iot").detach_policy(
        policyName=site.fleet.outputs[Output.DEVICE_POLICY], target=site.arn(f"cert/{device.id}")
    )

    assert kept_out(device)
    answer = site.why("unpoliced")

    assert answer.causes == ["no_policy"]
    site.mend(answer)
    assert device.publish("unpoliced/hello")
    assert site.why("unpoliced").causes == []


def policy_of(site: Diagnosed, device: Identity, name: str, *statements: dict[str, Any]) -> None:
    """Give a certificate a policy of its own instead of the environment's."""
    iot, target = site.client("iot"), site.arn(f"cert/{device.id}")
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iot.create_policy(policyName=name, policyDocument=document)
    iot.attach_policy(policyName=name, target=target)
    iot.detach_policy(policyName=site.fleet.outputs[Output.DEVICE_POLICY], target=target)


def test_a_policy_without_connect(site: Diagnosed) -> None:
    device = site.fleet.registered("mute")
    policy_of(site, device, "publish-only", {"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"})

    assert kept_out(device)
    answer = site.why("mute")

    assert answer.causes == ["policy_without_connect"]
    site.mend(answer)
    assert device.publish("mute/hello")


def test_a_policy_that_denies(site: Diagnosed) -> None:
    device = site.fleet.registered("denied")
    policy_of(
        site,
        device,
        "all-but-one",
        {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iot:Connect", "Resource": "*client/denied"},
    )

    assert kept_out(device)
    answer = site.why("denied")

    assert answer.causes == ["policy_denies_connect"]
    site.mend(answer)
    assert site.why("denied").causes == ["no_policy"]


def test_a_policy_without_the_device_s_own_topics(site: Diagnosed) -> None:
    device = site.fleet.registered("topicless")
    policy_of(site, device, "connect-only", {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"})

    assert not device.publish("topicless/hello")
    answer = site.why("topicless")

    assert answer.causes == ["policy_without_own_topics"]
    site.mend(answer)
    assert device.publish("topicless/hello")


def test_another_client_id_than_the_thing_s_name(site: Diagnosed) -> None:
    device = site.fleet.registered("named")

    assert kept_out(site.as_client(device, "nicknamed"))
    answer = site.why(device, "--client-id", "nicknamed")

    assert answer.causes == ["client_id_is_not_the_thing"]
    assert site.why(device).causes == []


def test_another_client_id_in_aws_iot_s_own_log(site: Diagnosed) -> None:
    device, logs = site.fleet.registered("logged"), site.client("logs")
    logs.create_log_group(logGroupName="AWSIotLogsV2")
    logs.create_log_stream(logGroupName="AWSIotLogsV2", logStreamName="one")
    refused = {
        "eventType": "Connect",
        "status": "Failure",
        "clientId": "nicknamed",
        "principalId": device.id,
        "reason": "AUTHORIZATION_FAILURE",
    }
    event = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": json.dumps(refused)}
    logs.put_log_events(logGroupName="AWSIotLogsV2", logStreamName="one", logEvents=[event])

    answer = site.why("logged")

    assert answer.causes == ["client_id_is_not_the_thing"]
    assert "nicknamed" in answer.first["says"]
    logs.delete_log_group(logGroupName="AWSIotLogsV2")


def test_a_thing_that_was_deleted(site: Diagnosed) -> None:
    device = site.fleet.registered("thingless")
    without_thing(site, device, "thingless")
    site.client("iot").delete_thing(thingName="thingless")

    assert kept_out(device)
    answer = site.why("thingless")

    assert answer.causes == ["thing_missing"]
    site.mend(answer)
    assert device.publish("thingless/hello")


def test_a_certificate_on_another_thing(site: Diagnosed) -> None:
    device = site.fleet.registered("displaced")
    without_thing(site, device, "displaced")
    site.client("iot").create_thing(thingName="elsewhere")
    site.client("iot").attach_thing_principal(thingName="elsewhere", principal=site.arn(f"cert/{device.id}"))

    assert kept_out(device)
    answer = site.why("displaced")

    assert answer.causes == ["attached_to_another_thing"]
    site.mend(answer)
    assert device.publish("displaced/hello")


def test_a_certificate_on_no_thing(site: Diagnosed) -> None:
    device = site.fleet.registered("detached")
    without_thing(site, device, "detached")
    assert kept_out(device)
    answer = site.why(device)
    assert answer.causes == ["not_attached_to_its_thing"]
    site.mend(answer)
    assert device.publish("detached/hello")


@pytest.mark.parametrize(
    ("days", "cause"), [((-3, -1), "certificate_expired"), ((1, 3), "certificate_not_yet_valid")]
)
def test_a_certificate_that_is_not_valid_now(
    site: Diagnosed, factory: Owner, days: tuple[int, int], cause: str
) -> None:
    first, last = (NOW + each * DAY for each in days)
    own, certificate = leaf(factory.certificate.subject, factory.key, cause, first, last)
    device = site.fleet.identity(cause, own, certificate)
    assert kept_out(device)
    assert site.why(file_of(device)).first["cause"] == cause


def test_a_certificate_that_its_authority_did_not_sign(site: Diagnosed) -> None:
    own, certificate = leaf(site.fleet.authority.subject, key(), "forged", NOW - DAY, NOW + DAY)
    device = site.fleet.identity("forged", own, certificate)
    assert kept_out(device)
    answer = site.why(file_of(device))
    assert answer.first["cause"] == "not_signed_by_its_authority"
    assert answer.said["authority"]["name"] == "fleet"


def test_a_second_certificate_of_a_device(site: Diagnosed) -> None:
    first, second = site.fleet.registered("twice"), site.fleet.device("twice")
    assert site.why(second).causes == ["second_certificate_refused"]

    assert kept_out(second)
    site.fleet.await_status(second, "INACTIVE")
    answer = site.why(second)

    assert answer.causes == ["second_certificate_refused"]
    assert f"jitr device deactivate {first.id} -e {ENVIRONMENT}" in answer.first["mend"]
    by_name = site.why("twice").said  # the newest, by the log, and the other beside it
    assert by_name["certificate_id"] == second.id
    assert [other["certificate_id"] for other in by_name["other_certificates"]] == [first.id]


def test_several_causes_are_said_in_the_order_of_the_way_in(site: Diagnosed) -> None:
    site.fleet.device("many")
    with (
        site.authority_changed(OPEN, newAutoRegistrationStatus="DISABLE"),
        site.consumer_stopped(),
        site.denied(site.role, "iot:CreateThing"),
    ):
        assert site.why("many").causes == [
            "auto_registration_off",
            "consumer_disabled",
            "function_not_permitted",
        ]


LOCAL_ONLY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ssm:GetParametersByPath",
                    "lambda:PutFunctionConcurrency",
                    "iam:SimulatePrincipalPolicy",
                ],
                "Resource": "*",
            }
        ],
    }
)
"""The local AWS authorises two of them on `*`, and GetFunctionConcurrency as if it were Put."""


@pytest.fixture
def reader(site: Diagnosed, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs the command as a user who has the documented policy and no other; gives the user's name."""
    iam, name = site.client("iam"), "reader"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="documented", PolicyDocument=documented_policy())
    iam.put_user_policy(UserName=name, PolicyName="local", PolicyDocument=LOCAL_ONLY)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        region_name="us-east-1",
        botocore_session=LocalSession(site.fleet.aws.endpoint_url, site.fleet.aws.certificate),
    )
    monkeypatch.setattr(LocalAws, "session", lambda _: session)
    yield name
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    iam.delete_access_key(UserName=name, AccessKeyId=keys["AccessKeyId"])
    iam.delete_user(UserName=name)


def documented_policy() -> str:
    """The policy of docs/diagnosis.md, for this environment."""
    text = (settings.ENVIRONMENTS.parent / "docs" / "diagnosis.md").read_text()
    (policy,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return policy.replace("prod", ENVIRONMENT)


@pytest.mark.parametrize("came", [True, False], ids=["online", "fresh"])
def test_the_documented_policy_is_enough(site: Diagnosed, reader: str, came: bool) -> None:  # noqa: FBT001
    name = f"read-{came}".lower()
    device = site.fleet.registered(name) if came else site.fleet.device(name)
    for about in (name, device.id, file_of(device)):
        answer = site.why(about)
        assert (answer.said["answer"], answer.said["unread"]) == ("nothing", [])


def test_what_may_not_be_read_is_said_and_nothing_is_not(site: Diagnosed, reader: str) -> None:
    site.fleet.device("half-seen")
    statement = {"Effect": "Deny", "Action": ["iot:ListTopicRules", "logs:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    site.client("iam").put_user_policy(UserName=reader, PolicyName="less", PolicyDocument=document)

    answer = site.why("half-seen")

    assert (answer.exit_code, answer.said["answer"]) == (1, "unclear")
    assert answer.said["unclear"] == ["the topic rules could not be read"]
    assert [each["what"] for each in answer.said["unread"]] == [
        "the topic rules",
        "the registration function's log",
        "AWS IoT's own log",
    ]


def test_what_is_in_the_way_is_said_though_something_may_not_be_read(site: Diagnosed, reader: str) -> None:
    site.fleet.device("partly-seen")
    statement = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    site.client("iam").put_user_policy(UserName=reader, PolicyName="less", PolicyDocument=document)
    with site.authority_changed(OPEN, newAutoRegistrationStatus="DISABLE"):
        answer = site.why("partly-seen")
    assert answer.causes == ["auto_registration_off"]
    assert [each["what"] for each in answer.said["unread"]] == [
        "what the rule's role is allowed",
        "what the function's role is allowed",
    ]


def test_people_get_words(site: Diagnosed) -> None:
    device = site.fleet.registered("read-by-people")
    site.client("iot").update_certificate(certificateId=device.id, newStatus="INACTIVE")

    done = site.jitr("why", "read-by-people", "-e", ENVIRONMENT)

    assert done.exit_code == 1
    assert f"certificate {device.id[:12]}…, INACTIVE, record registered, authority fleet" in done.stdout
    assert f"$ jitr device activate {device.id}" in done.stdout
