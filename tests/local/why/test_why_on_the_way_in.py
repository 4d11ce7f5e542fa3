"""Authority, rule, queue and function: made to fail, seen to keep a device out, named, and mended."""

from datetime import UTC, datetime
from pathlib import Path

from diagnosed import ENVIRONMENT, OPEN, Diagnosed, file_of, kept_out
from fleet import Cdk, awaited
from owner import Owner

from contract import Output
from jitr.diagnosis.rules.rule import events_of

NOW = datetime.now(UTC)


def test_an_authority_that_nobody_here_knows(site: Diagnosed) -> None:
    device = Owner().device(site.fleet, "stranger")
    assert kept_out(device)
    assert site.why(file_of(device)).causes == ["authority_unknown"]
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
