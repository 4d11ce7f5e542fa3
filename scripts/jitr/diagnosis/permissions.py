"""What a role must be allowed for a registration, and how it gets back what it lost."""

from collections.abc import Sequence

from jitr.diagnosis.commands import Commands, compact
from jitr.diagnosis.way import Denial

GRANT = "granted-again"
"""Name of the inline policy that the proposed command writes."""

OF_CERTIFICATE = (
    "iot:AttachPolicy",
    "iot:AttachThingPrincipal",
    "iot:DescribeCertificate",
    "iot:UpdateCertificate",
)
OF_THING = ("iot:CreateThing", "iot:DescribeThing")
OF_RECORDS = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:GetItem",
    "dynamodb:UpdateItem",
)
OF_QUEUE = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)
TO_SEND = ("sqs:SendMessage",)


def granted_again(denials: Sequence[Denial], role: str, commands: Commands) -> tuple[str, ...]:
    """Give the commands that let a role (ARN) do again what it may not: lost, or forbidden by a policy."""
    name = role.rpartition("/")[2]
    if any(denial.explicit for denial in denials):
        # Which policy forbids it is for a person to judge: it may have been meant.
        return (
            commands.aws("iam list-role-policies", role_name=name),
            commands.aws("iam delete-role-policy", "--policy-name POLICY", role_name=name),
        )
    statements = [
        {
            "Effect": "Allow",
            "Action": [denial.action for denial in denials if denial.resource == resource],
            "Resource": _any_of_its_kind(resource),
        }
        for resource in dict.fromkeys(denial.resource for denial in denials)
    ]
    document = compact({"Version": "2012-10-17", "Statement": statements})
    return (commands.aws("iam put-role-policy", role_name=name, policy_name=GRANT, policy_document=document),)


def _any_of_its_kind(resource: str) -> str:
    """Widen a certificate or a thing to all of them, as the stack does: others will come."""
    for kind in (":cert/", ":thing/"):
        before, found, _ = resource.partition(kind)
        if found:
            return f"{before}{found}*"
    return resource
