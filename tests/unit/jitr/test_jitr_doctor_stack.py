"""The deployed parts, as the doctor finds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber

from contract import Openness, Output, Variable
from jitr.authorities import RegisteredAuthority
from jitr.doctor import authority, drift, functions, queues, rules, stack
from jitr.doctor.check import Finding, Verdict
from jitr.doctor.site import Site
from jitr.standing import Standing
from jitr.target import Target
from jitr_stack.authorities import Authority
from jitr_stack.settings import load
from pki.authority import authority_certificate, subject_name
from pki.identity import certificate_id, pem
from registration.settings import Settings
from tests.unit.jitr.factory import CA, CA_KEY, FLEET

REGISTERED = RegisteredAuthority(FLEET.id, "arn", "ACTIVE", "ENABLE", "DEFAULT", pem(CA))
STATUSES = botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum
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


class Account:
    """A site whose clients answer what a test says."""

    def __init__(self) -> None:
        self.clients: dict[str, Any] = {}
        self.stubs: dict[str, Stubber] = {}
        self.site = Site("dev")
        self.site.target = Target(load("dev"), self)  # type: ignore[arg-type]
        self.site.outputs = {output: f"https://{output}.example" for output in Output}

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.Session("none", "none", region_name="eu-west-1").client(service)  # type: ignore[call-overload]
            self.stubs[service] = Stubber(self.clients[service])
            self.stubs[service].activate()
        return self.clients[service]

    def answers(self, service: str, operation: str, answer: dict[str, Any]) -> None:
        self.client(service)
        self.stubs[service].add_response(operation, answer)


@pytest.fixture
def account() -> Account:
    return Account()


def said(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.found


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_that_cloudformation_knows_has_a_meaning(status: str) -> None:
    found = stack.of_status("dev-jitr", status)

    in_order = status in {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "IMPORT_COMPLETE",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    }
    broken = status.endswith("FAILED") or status == "ROLLBACK_COMPLETE"
    assert (found.verdict is Verdict.OK, found.verdict is Verdict.FAILED) == (in_order, broken)
    assert in_order or found.advice


def test_why_a_stack_is_broken_is_said_in_one_line() -> None:
    found = stack.of_status("dev-jitr", "UPDATE_ROLLBACK_FAILED", "A\nB")

    assert found.found == "dev-jitr is UPDATE_ROLLBACK_FAILED (A B)"
    assert "cdk rollback" in str(found.advice)


def test_a_stack_that_is_not_deployed_is_a_warning_beyond_which_nothing_is_seen(account: Account) -> None:
    account.client("cloudformation")
    account.stubs["cloudformation"].add_client_error("describe_stacks", "ValidationError", "does not exist")

    (found,) = stack.stack(account.site)

    assert (found.verdict, found.ends) == (Verdict.WARNING, True)
    assert "npx cdk deploy 'dev/*'" in str(found.advice)


def standing(state: str = "issuing", **registered: str) -> Standing:
    wanted = Authority.model_validate({"state": state})
    return Standing("fleet", wanted, FLEET, replace(REGISTERED, **registered))


def test_an_authority_as_the_file_says_is_in_order() -> None:
    assert authority.of_standing(standing(), Openness.OPEN).verdict is Verdict.OK


def test_an_authority_that_somebody_switched_off_is_a_failure() -> None:
    found = authority.of_standing(standing(status="INACTIVE"), Openness.OPEN)

    assert said(found) == (Verdict.FAILED, "status is INACTIVE, but issuing means ACTIVE")


def test_an_authority_that_only_waits_for_the_next_deploy_is_a_warning() -> None:
    found = authority.of_standing(standing("closed"), Openness.OPEN)

    assert found.verdict is Verdict.WARNING
    assert found.found.endswith("it is as it was deployed")


def test_an_authority_that_was_deleted_at_aws_iot_is_a_failure() -> None:
    found = authority.of_standing(Standing("fleet", standing().wanted, FLEET), Openness.OPEN)

    assert found.verdict is Verdict.FAILED


def test_an_authority_that_is_not_deployed_yet_is_a_warning() -> None:
    found = authority.of_standing(Standing("next", standing().wanted), None)

    assert said(found) == (Verdict.WARNING, "not deployed yet")


@pytest.mark.parametrize(("days", "verdict"), [(179, Verdict.WARNING), (200, Verdict.OK)])
def test_an_authority_near_its_end_is_said_half_a_year_before(days: int, verdict: Verdict) -> None:
    ca = authority_certificate(CA_KEY, subject_name({"common_name": "old"}), timedelta(days=days))
    registered = replace(REGISTERED, certificate_id=certificate_id(ca), certificate=pem(ca))
    old = Standing("fleet", standing().wanted, replace(FLEET, certificate=ca), registered)

    assert authority.of_standing(old, Openness.OPEN).verdict is verdict


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
    account: Account, answer: dict[str, Any], verdict: Verdict
) -> None:
    account.answers("lambda", "get_function_concurrency", {})
    account.answers("lambda", "list_event_source_mappings", answer)

    (found,) = functions.consumer(account.site)

    assert found.verdict is verdict


def test_a_function_that_may_not_run_at_all_is_a_failure(account: Account) -> None:
    account.answers("lambda", "get_function_concurrency", {"ReservedConcurrentExecutions": 0})
    account.answers("lambda", "list_event_source_mappings", mapping("Enabled"))

    throttled, _ = functions.consumer(account.site)

    assert throttled.verdict is Verdict.FAILED
    assert "delete-function-concurrency" in str(throttled.advice)


def deployed_rule(account: Account) -> None:
    """Let the stack have the topic rule `rule_1`, and something else."""
    resource = {
        "LogicalResourceId": "Rule",
        "PhysicalResourceId": "rule_1",
        "ResourceType": "AWS::IoT::TopicRule",
        "LastUpdatedTimestamp": datetime.now(UTC),
        "ResourceStatus": "CREATE_COMPLETE",
    }
    other = resource | {"ResourceType": "AWS::SQS::Queue"}
    account.answers("cloudformation", "list_stack_resources", {"StackResourceSummaries": [other, resource]})


@pytest.mark.parametrize(("disabled", "verdict"), [(False, Verdict.OK), (True, Verdict.FAILED)])
def test_a_rule_that_is_disabled_is_a_failure(account: Account, *, disabled: bool, verdict: Verdict) -> None:
    deployed_rule(account)
    account.answers("iot", "get_topic_rule", {"rule": {"ruleDisabled": disabled}})

    assert [(f.verdict, "rule_1" in f.found) for f in rules.rules(account.site)] == [(verdict, True)]


def test_a_rule_that_was_deleted_by_hand_is_a_failure(account: Account) -> None:
    deployed_rule(account)
    account.client("iot")
    account.stubs["iot"].add_client_error("get_topic_rule", "UnauthorizedException", "no")

    (found,) = rules.rules(account.site)

    assert (found.verdict, found.advice) == (Verdict.FAILED, "deploy again")


def counts(visible: int, hidden: int) -> dict[str, Any]:
    return {"Attributes": {queues.WAITING: str(visible), queues.UNDER_WAY: str(hidden)}}


def test_what_waits_is_counted(account: Account) -> None:
    account.answers("sqs", "get_queue_attributes", counts(1200, 3))

    assert [said(f) for f in queues.queue(account.site)] == [
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
    account: Account, visible: int, hidden: int, verdict: Verdict, words: str
) -> None:
    account.answers("sqs", "get_queue_attributes", counts(visible, hidden))

    (found,) = queues.dead_letters(account.site)

    assert found.verdict is verdict
    assert found.found.startswith(words)


def drifted(account: Account, *resources: dict[str, Any]) -> list[Finding]:
    account.answers("cloudformation", "detect_stack_drift", {"StackDriftDetectionId": "d"})
    for status in ("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"):
        account.answers(
            "cloudformation",
            "describe_stack_drift_detection_status",
            {
                "StackId": "s",
                "StackDriftDetectionId": "d",
                "DetectionStatus": status,
                "Timestamp": datetime.now(UTC),
            },
        )
    account.answers(
        "cloudformation", "describe_stack_resource_drifts", {"StackResourceDrifts": list(resources)}
    )
    return list(drift.drift(account.site))


def test_what_was_changed_by_hand_is_named_when_cloudformation_has_found_it(
    account: Account, monkeypatch: pytest.MonkeyPatch
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

    (found,) = drifted(account, resource)

    assert said(found) == (Verdict.WARNING, "AWS::SQS::Queue queue-1 is MODIFIED")


def test_where_nothing_was_changed_by_hand_it_is_said(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "ASKED_EVERY", 0)

    assert [found.verdict for found in drifted(account)] == [Verdict.OK]
