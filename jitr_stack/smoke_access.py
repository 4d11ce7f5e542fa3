"""What `jitr smoke` may do in an environment's account: the one list of its permissions.

No aws_cdk here, so that the command, its test and the pipeline read the same list. Resources are as in AWS's
Service Authorization Reference; names are those that CloudFormation makes from the stack's.
"""

from dataclasses import dataclass

from contract import certificate_parameter, stack_name

SMOKE_PREFIX = "jitr-smoke-"
"""How the common name of every device begins that a smoke test makes; a template may put it into others."""


GENERATED = "CloudFormation makes the name, of which the stack's is the beginning"
ANY = "AWS authorises it on no narrower resource"
NOT_MADE_YET = "what a smoke test makes has no name before it runs"


@dataclass(frozen=True)
class Permission:
    """Actions on resources: ARNs without `arn:<partition>:`, `{place}` standing for Region and account."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    because: str = ""
    """Why a resource with a wildcard cannot be narrower."""

    def arns(self, partition: str, region: str, account: str) -> list[str]:
        """Give the resources as ARNs."""
        return [
            each if each == "*" else f"arn:{partition}:{each.replace('{place}', f'{region}:{account}')}"
            for each in self.resources
        ]


def smoke_permissions(environment: str) -> list[Permission]:
    """Give what a smoke test of one environment needs, and no more."""
    stack = stack_name(environment)
    authorities = certificate_parameter(environment, "").removesuffix("//certificate")
    return [*_to_look(stack, authorities), *_to_let_a_device_come_and_go(stack)]


def _to_look(stack: str, authorities: str) -> list[Permission]:
    """Give what the doctor's checks ask for."""
    return [
        Permission(
            (
                "cloudformation:DescribeStacks",
                "cloudformation:GetTemplate",
                "cloudformation:ListStackResources",
            ),
            (f"cloudformation:{{place}}:stack/{stack}/*",),
            "a stack's ARN ends with an id that CloudFormation makes",
        ),
        Permission(
            ("iot:DescribeEndpoint", "iot:GetRegistrationCode", "lambda:ListEventSourceMappings"), ("*",), ANY
        ),
        Permission(
            ("iot:DescribeCACertificate",),
            ("iot:{place}:cacert/*",),
            "an authority is named by the hash of its certificate, which a deploy makes",
        ),
        Permission(("iot:GetTopicRule",), ("iot:{place}:rule/*",), "CloudFormation makes the name"),
        Permission(
            ("lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration"),
            (f"lambda:{{place}}:function:{stack}-*",),
            GENERATED,
        ),
        Permission(("sqs:GetQueueAttributes",), (f"sqs:{{place}}:{stack}-*",), GENERATED),
        Permission(("ssm:GetParameter",), ("ssm:{place}:parameter/cdk-bootstrap/hnb659fds/version",)),
        Permission(("ssm:GetParametersByPath",), (f"ssm:{{place}}:parameter{authorities}",)),
    ]


def _to_let_a_device_come_and_go(stack: str) -> list[Permission]:
    thing, client = (f"iot:{{place}}:{kind}/*{SMOKE_PREFIX}*" for kind in ("thing", "client"))
    certificate = "iot:{place}:cert/*"
    return [
        Permission(("lambda:InvokeFunction",), (f"lambda:{{place}}:function:{stack}-Issuance*",), GENERATED),
        Permission(
            ("dynamodb:GetItem", "dynamodb:UpdateItem"), (f"dynamodb:{{place}}:table/{stack}-*",), GENERATED
        ),
        Permission(
            (
                "iot:DeleteCertificate",
                "iot:DescribeCertificate",
                "iot:DetachPolicy",
                "iot:UpdateCertificate",
            ),
            (certificate,),
            NOT_MADE_YET,
        ),
        Permission(("iot:DetachThingPrincipal",), (certificate, thing), NOT_MADE_YET),
        Permission(("iot:ListAttachedPolicies", "iot:ListPrincipalThings"), ("*",), ANY),
        Permission(("iot:DeleteThing", "iot:DescribeThing"), (thing,), NOT_MADE_YET),
        Permission(("iot:DeleteConnection",), (client,), NOT_MADE_YET),
    ]
