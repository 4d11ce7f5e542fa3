"""Queue, event source mapping, function, and what their roles are allowed."""

from collections.abc import Iterable
from functools import partial

from contract import SecondCertificate, Variable
from jitr.diagnosis.reading.reader import Reader, missing_is_none, paged
from jitr.diagnosis.way import Consumer, Denial, Function, Queue

NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
NO_ROLE = ("NoSuchEntity", "NoSuchEntityException")


def queue(reader: Reader, url: str) -> Queue | None:
    """Read a queue's numbers; None when there is no such queue."""
    answer = missing_is_none(
        lambda: reader.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]), *NO_QUEUE
    )
    if answer is None:
        return None
    attributes = answer["Attributes"]
    return Queue(
        url,
        attributes["QueueArn"],
        waiting=int(attributes.get("ApproximateNumberOfMessages", 0)),
        in_flight=int(attributes.get("ApproximateNumberOfMessagesNotVisible", 0)),
        delayed=int(attributes.get("ApproximateNumberOfMessagesDelayed", 0)),
    )


def consumer(reader: Reader, arn: str, function: str) -> Consumer | None:
    """Read the event source mapping from a queue (ARN) to a function; None when there is none."""
    mappings = paged(
        reader.functions, "list_event_source_mappings", "EventSourceMappings", EventSourceArn=arn
    )
    for each in mappings:
        if function in str(each.get("FunctionArn", "")).split(":"):
            return Consumer(
                each["UUID"], each["State"], each.get("LastModified"), each.get("LastProcessingResult")
            )
    return None


def function(reader: Reader, name: str) -> Function | None:
    """Read the registration function; None when there is none of that name."""
    found = missing_is_none(lambda: reader.functions.get_function_configuration(FunctionName=name))
    if found is None:
        return None
    reserved = reader.functions.get_function_concurrency(FunctionName=name)
    variables = found.get("Environment", {}).get("Variables", {})
    return Function(
        name,
        found["Role"],
        log_group=found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}",
        state=found.get("State", "Active"),
        state_reason=found.get("StateReason"),
        reserved=reserved.get("ReservedConcurrentExecutions"),
        authorities=_ids(variables.get(Variable.CA_CERTIFICATE_IDS)),
        adopted=_ids(variables.get(Variable.ADOPTED_CA_CERTIFICATE_IDS)),
        second_certificate=_rule(variables.get(Variable.SECOND_CERTIFICATE)),
    )


def _ids(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _rule(text: str | None) -> SecondCertificate | None:
    return SecondCertificate(text) if text in set(SecondCertificate) else None


def denials(reader: Reader, role: str, asked: Iterable[tuple[tuple[str, ...], str]]) -> tuple[Denial, ...]:
    """Ask IAM which actions a role (ARN) may not do; each on its resource (ARN).

    It judges the role's own policies and its boundary (IAM, SimulatePrincipalPolicy), not what the resource's
    policy says.
    """
    denied = []
    for actions, resource in asked:
        simulated = partial(
            reader.iam.simulate_principal_policy,
            PolicySourceArn=role,
            ActionNames=list(actions),
            ResourceArns=[resource],
        )
        answer = missing_is_none(simulated, *NO_ROLE)
        if answer is None:  # the role itself is gone
            return tuple(Denial(action, resource) for actions, resource in asked for action in actions)
        denied += [
            Denial(each["EvalActionName"], resource, explicit=each["EvalDecision"] == "explicitDeny")
            for each in answer["EvaluationResults"]
            if each["EvalDecision"] != "allowed"
        ]
    return tuple(denied)
