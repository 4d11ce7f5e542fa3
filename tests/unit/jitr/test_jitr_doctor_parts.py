"""Functions, rules, queues and drift, as the doctor finds them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contract import Variable
from jitr.doctor import drift, functions, queues, rules
from jitr.doctor.check import Finding, Verdict
from jitr.doctor.site import Site
from registration.settings import Settings
from tests.unit.jitr.stubbed_account import StubbedAccount, said

VARIABLES = {
    Variable.ENVIRONMENT: "dev",
    Variable.ACCOUNT_ID: "123456789012",
    Variable.CA_CERTIFICATE_IDS: "a" * 64,
    Variable.DEVICE_POLICY: "device",
    Variable.ISSUANCE_RECORDS: "records",
    Variable.SECOND_CERTIFICATE: "replace",
    Variable.REGISTRATION_QUEUE: "https://queue.example",
    Variable.QUEUE_RETENTION_SECONDS: "355600",
    Variable.DEAD_LETTER_QUEUE: "https://dead.example",
    Variable.REGISTRATIONS_PER_SECOND: "5",
    Variable.REFUSALS_PER_SECOND: "0.25",
}


def configuration(**changes: Any) -> Any:
    variables = {str(name): value for name, value in VARIABLES.items()}
    return {"FunctionName": "registrar", "Environment": {"Variables": variables}} | changes


def look(found: Any) -> Finding:
    return functions.of_function(found, Settings.read, "RegistrationFunction", "eu-west-1")


def test_a_function_that_can_read_its_variables_is_in_order() -> None:
    assert look(configuration(State="Active")).verdict is Verdict.OK


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_function_that_lacks_a_variable_is_a_failure_that_names_it(variable: Variable) -> None:
    left = {str(name): value for name, value in VARIABLES.items() if name != variable}

    found = look(configuration(Environment={"Variables": left}))

    assert found.verdict is Verdict.FAILED
    assert variable in found.found


@pytest.mark.parametrize(
    "state",
    [
        {"State": "Failed", "StateReason": "no key"},
        {"State": "Pending", "StateReason": "soon"},
        {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no image"},
    ],
)
def test_a_function_that_is_not_ready_is_a_failure_with_the_reason(state: dict[str, str]) -> None:
    found = look(configuration(**state))

    assert found.verdict is Verdict.FAILED
    assert next(reversed(state.values())) in found.found


def mapping(state: str, last: str = "OK") -> dict[str, Any]:
    return {"EventSourceMappings": [{"UUID": "0" * 36, "State": state, "LastProcessingResult": last}]}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (mapping("Enabled"), Verdict.OK),
        (mapping("Creating"), Verdict.WARNING),
        (mapping("Disabled"), Verdict.FAILED),
        (mapping("Enabled", "PROBLEM: Function call failed"), Verdict.FAILED),
        ({"EventSourceMappings": []}, Verdict.FAILED),
    ],
)
def test_what_brings_messages_to_the_function_must_be_enabled(
    stubbed: StubbedAccount, answer: dict[str, Any], verdict: Verdict
) -> None:
    stubbed.answers("lambda", "get_function_concurrency", {})
    stubbed.answers("lambda", "list_event_source_mappings", answer)

    (found,) = functions.consumer(stubbed.site)

    assert found.verdict is verdict


def test_a_function_that_may_not_run_at_all_is_a_failure(stubbed: StubbedAccount) -> None:
    stubbed.answers("lambda", "get_function_concurrency", {"ReservedConcurrentExecutions": 0})
    stubbed.answers("lambda", "list_event_source_mappings", mapping("Enabled"))

    throttled, _ = functions.consumer(stubbed.site)

    assert throttled.verdict is Verdict.FAILED
    assert "delete-function-concurrency" in str(throttled.advice)


def deployed_rule(stubbed: StubbedAccount) -> None:
    """Let the stack have the topic rule `rule_1`, and something else."""
    resource = {
        "LogicalResourceId": "Rule",
        "PhysicalResourceId": "rule_1",
        "ResourceType": "AWS::IoT::TopicRule",
        "LastUpdatedTimestamp": datetime.now(UTC),
        "ResourceStatus": "CREATE_COMPLETE",
    }
    other = resource | {"ResourceType": "AWS::SQS::Queue"}
    stubbed.answers("cloudformation", "list_stack_resources", {"StackResourceSummaries": [other, resource]})


@pytest.mark.parametrize(("disabled", "verdict"), [(False, Verdict.OK), (True, Verdict.FAILED)])
def test_a_rule_that_is_disabled_is_a_failure(
    stubbed: StubbedAccount, *, disabled: bool, verdict: Verdict
) -> None:
    deployed_rule(stubbed)
    stubbed.answers("iot", "get_topic_rule", {"rule": {"ruleDisabled": disabled}})

    assert [(f.verdict, "rule_1" in f.found) for f in rules.rules(stubbed.site)] == [(verdict, True)]


def test_a_rule_that_was_deleted_by_hand_is_a_failure(stubbed: StubbedAccount) -> None:
    deployed_rule(stubbed)
    stubbed.client("iot")
    stubbed.stubs["iot"].add_client_error("get_topic_rule", "UnauthorizedException", "no")

    (found,) = rules.rules(stubbed.site)

    assert (found.verdict, found.advice) == (Verdict.FAILED, "deploy again")


def counts(visible: int, hidden: int) -> dict[str, Any]:
    return {"Attributes": {queues.WAITING: str(visible), queues.UNDER_WAY: str(hidden)}}


def test_what_waits_is_counted(stubbed: StubbedAccount) -> None:
    stubbed.answers("sqs", "get_queue_attributes", counts(1200, 3))

    assert [said(f) for f in queues.queue(stubbed.site)] == [
        (Verdict.OK, "1,200 waiting, 3 under way or to come again")
    ]


@pytest.mark.parametrize(
    ("visible", "hidden", "verdict", "words"),
    [
        (0, 0, Verdict.OK, "none"),
        (1, 0, Verdict.WARNING, "1 message "),
        (0, 2, Verdict.WARNING, "2 messages "),
    ],
)
def test_dead_letters_are_a_warning(
    stubbed: StubbedAccount, visible: int, hidden: int, verdict: Verdict, words: str
) -> None:
    stubbed.answers("sqs", "get_queue_attributes", counts(visible, hidden))

    (found,) = queues.dead_letters(stubbed.site)

    assert found.verdict is verdict
    assert found.found.startswith(words)


def test_changes_of_another_app_s_stack_are_that_app_s_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "IN_A_CHECKOUT", False)

    (found,) = drift.changes(Site("fleet"))

    assert (found.verdict, found.advice) == (Verdict.NOT_CHECKED, "run `cdk diff`")


def drifted(stubbed: StubbedAccount, *resources: dict[str, Any]) -> list[Finding]:
    stubbed.answers("cloudformation", "detect_stack_drift", {"StackDriftDetectionId": "d"})
    for status in ("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"):
        stubbed.answers(
            "cloudformation",
            "describe_stack_drift_detection_status",
            {
                "StackId": "s",
                "StackDriftDetectionId": "d",
                "DetectionStatus": status,
                "Timestamp": datetime.now(UTC),
            },
        )
    stubbed.answers(
        "cloudformation", "describe_stack_resource_drifts", {"StackResourceDrifts": list(resources)}
    )
    return list(drift.drift(stubbed.site))


def test_what_was_changed_by_hand_is_named_when_cloudformation_has_found_it(
    stubbed: StubbedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "ASKED_EVERY", 0)
    resource = {
        "StackId": "s",
        "LogicalResourceId": "Queue1",
        "PhysicalResourceId": "queue-1",
        "ResourceType": "AWS::SQS::Queue",
        "StackResourceDriftStatus": "MODIFIED",
        "Timestamp": datetime.now(UTC),
    }

    (found,) = drifted(stubbed, resource)

    assert said(found) == (Verdict.WARNING, "AWS::SQS::Queue queue-1 is MODIFIED")


def test_where_nothing_was_changed_by_hand_it_is_said(
    stubbed: StubbedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "ASKED_EVERY", 0)

    assert [found.verdict for found in drifted(stubbed)] == [Verdict.OK]
