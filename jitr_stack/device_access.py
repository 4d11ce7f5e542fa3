"""Device access: one policy for all devices, which lets each one be itself and nothing else."""

import aws_cdk as cdk
from aws_cdk import aws_iot as iot
from constructs import Construct

from contract import POLICY_NAME_PROPERTY
from jitr_stack.custom_resource import provider
from jitr_stack.function import RuntimeFunction, removal_policy_once_in_use
from jitr_stack.platform import Platform
from jitr_stack.settings import Settings

RELEASE_TIMEOUT = cdk.Duration.minutes(14)
"""AWS may take five minutes to see that a policy is free; a function may take fifteen."""

THING = "${iot:Connection.Thing.ThingName}"
"""Over MQTT: the thing whose name is the client id, if the certificate is attached to it."""

COMMON_NAME = "${iot:Certificate.Subject.CommonName}"
"""Over HTTPS, where there is no connection: the name that issuance put into the certificate."""


class DeviceAccess(Construct):
    """The device policy, which `Registration` attaches to each certificate that it lets in.

    With `removal = "destroy"` in the settings a function comes with it, which takes it from its devices when
    the stack goes (`release`). How things are named decides whether devices publish over HTTPS.

    Policy variables: AWS IoT Core developer guide, "Thing policy variables" and "X.509 Certificate
    policy variables". Thing names hold none of `* $ + ? #`, so no name reaches beyond its own topics.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, platform: Platform
    ) -> None:
        super().__init__(scope, construct_id)
        self._policy = iot.CfnPolicy(
            self,
            "Policy",
            policy_document={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "iot:Connect",
                        "Resource": self._arn("client", THING),
                        "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": ["true"]}},
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["iot:Publish", "iot:Receive"],
                        "Resource": self._arn("topic", f"{THING}/*"),
                    },
                    {
                        "Effect": "Allow",
                        "Action": "iot:Subscribe",
                        "Resource": self._arn("topicfilter", f"{THING}/*"),
                    },
                    *self._over_https(settings),
                ],
            },
        )

        self._policy.apply_removal_policy(removal_policy_once_in_use(settings))
        if settings.removal == "destroy":
            self.release = PolicyRelease(
                self, "Release", policy=self._policy, settings=settings, platform=platform
            )

    @property
    def policy_name(self) -> str:
        """Name of the policy (a token)."""
        return self._policy.ref

    def _over_https(self, settings: Settings) -> list[dict[str, str]]:
        """Let a device publish under its common name, where that is always its thing's name.

        Where things are named otherwise, one device's common name may be another one's thing.
        """
        if not settings.provisioning.thing_is_named_as_its_certificate:
            return []
        topics = self._arn("topic", f"{COMMON_NAME}/*")
        return [{"Effect": "Allow", "Action": "iot:Publish", "Resource": topics}]

    def _arn(self, resource: str, name: str) -> str:
        return cdk.Stack.of(self).format_arn(service="iot", resource=resource, resource_name=name)


class PolicyRelease(Construct):
    """Takes the policy from every device when the stack is destroyed: AWS deletes none that is held.

    Where the policy outlives the stack (`removal = "retain"`) devices keep it, and there is no such thing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        policy: iot.CfnPolicy,
        settings: Settings,
        platform: Platform,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = RuntimeFunction(
            self,
            "Releaser",
            settings=settings,
            platform=platform,
            part="device_access",
            entry="on_event",
            parts=[],
            requirements=False,
            timeout=RELEASE_TIMEOUT,
            memory_size=256,
            environment={},
        )
        self._may_release(policy)
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::DevicePolicyRelease",
            service_token=provider(self, settings, self.function).service_token,
            service_timeout=RELEASE_TIMEOUT,
            properties={POLICY_NAME_PROPERTY: policy.ref},
        )

    def _may_release(self, policy: iot.CfnPolicy) -> None:
        self.function.may(
            "iot:ListTargetsForPolicy",
            "iot:ListPolicyVersions",
            "iot:DeletePolicyVersion",
            "iot:DeletePolicy",
            on=policy.attr_arn,
        )
        self.function.may("cloudformation:DescribeStacks", on=cdk.Aws.STACK_ID)
        self.function.may_on_any(
            "iot:DetachPolicy",
            on=cdk.Stack.of(self).format_arn(service="iot", resource="cert", resource_name="*"),
            because="the policy is held by devices that came after the deploy",
        )
