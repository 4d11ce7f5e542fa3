"""What the embedded AWS needs and AWS does not: for environments with `local = true` only.

Settings refuse `local = true` for any account but the embedded one. Each concession is a function
whose docstring is its reason.
"""

from jitr_stack.findings import acknowledge
from jitr_stack.platform import Platform
from jitr_stack.stack import JitrStack

EMBEDDED = "the embedded AWS differs here, and no real account gets this (jitr_stack/concessions.py)"


def platform() -> Platform:
    """Functions run as processes of this machine's interpreter, so wheels must fit it."""
    return Platform.of_this_machine()


def concede(stack: JitrStack) -> None:
    """Make every concession to `stack`."""
    policies_on_any_resource(stack)
    attach_principal_on_things(stack)
    authorities_on_any_resource(stack)
    messages_hidden_in_batches(stack)
    queue_without_tls(stack)
    runtime_of_this_machine(stack)


def policies_on_any_resource(stack: JitrStack) -> None:
    """Attaching and detaching policies is authorised on `*`; AWS authorises it on the target, `cert/...`."""
    stack.registration.registrar.may_on_any("iot:AttachPolicy", on="*", because=EMBEDDED)
    stack.device_access.release.function.may_on_any(
        "iot:DetachPolicy", "iot:ListTargetsForPolicy", on="*", because=EMBEDDED
    )


def attach_principal_on_things(stack: JitrStack) -> None:
    """`iot:AttachThingPrincipal` is authorised on `thing/...`; AWS authorises it on `cert/...`."""
    things = stack.format_arn(service="iot", resource="thing", resource_name="*")
    stack.registration.registrar.may_on_any("iot:AttachThingPrincipal", on=things, because=EMBEDDED)


def authorities_on_any_resource(stack: JitrStack) -> None:
    """CA operations are authorised on `*`; AWS authorises them on `cacert/...`."""
    actions = ("iot:DescribeCACertificate", "iot:UpdateCACertificate", "iot:DeleteCACertificate")
    stack.authority_registrar.registrar.may_on_any(*actions, on="*", because=EMBEDDED)


def messages_hidden_in_batches(stack: JitrStack) -> None:
    """Hiding messages in batches is an action of its own there; for AWS it is ChangeMessageVisibility."""
    registration = stack.registration
    registration.registrar.may("sqs:ChangeMessageVisibilityBatch", on=registration.queue.queue_arn)


def queue_without_tls(stack: JitrStack) -> None:
    """Queues that insist on TLS refuse a topic rule there, whose SQS action does not count as TLS."""
    for queue in (stack.registration.queue, stack.registration.dead_letters):
        queue.node.try_remove_child("Policy")
        acknowledge(queue, "AwsSolutions-SQS4", EMBEDDED)


def runtime_of_this_machine(stack: JitrStack) -> None:
    """Functions run as processes of this machine's interpreter, which may not be the latest."""
    for function in stack.functions:
        acknowledge(function, "AwsSolutions-L1", EMBEDDED)
