"""Certificate authorities: a key that stays where it is held, and its registration with AWS IoT."""

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from contract import AuthorityProperty, Openness, Variable, certificate_parameter, key_parameter
from jitr_stack import naming
from jitr_stack.authorities import Authority
from jitr_stack.custom_resource import provider
from jitr_stack.function import RuntimeFunction, removal_policy_once_in_use
from jitr_stack.held_key import HeldKey, hold_key
from jitr_stack.platform import Platform
from jitr_stack.settings import Settings

REGISTRATION_TIMEOUT = cdk.Duration.minutes(5)
"""How long CloudFormation waits for an answer; without it, an hour (`ServiceTimeout`)."""


class AuthorityRegistrar(Construct):
    """The custom-resource function that makes authorities and registers them; one for all of a stack.

    It may change every authority of the environment that the settings name: two in one account and Region
    need settings of different names.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, platform: Platform
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = settings.name
        self.registrar = RuntimeFunction(
            self,
            "Registrar",
            settings=settings,
            platform=platform,
            part="certificate_authority",
            entry="on_event",
            parts=["pki"],
            requirements=True,
            timeout=cdk.Duration.minutes(2),
            memory_size=512,
            environment={Variable.ENVIRONMENT: settings.name},
        )
        self._may_register()
        self.provider = provider(self, settings, self.registrar)

    def _may_register(self) -> None:
        stack = cdk.Stack.of(self)
        self.registrar.may_on_any(
            "iot:GetRegistrationCode",
            "iot:ListCertificatesByCA",
            "iot:RegisterCACertificate",
            on="*",
            because="AWS IoT offers no resource for these (Service Authorization Reference)",
        )
        self.registrar.may_on_any(
            "iot:DescribeCACertificate",
            "iot:UpdateCACertificate",
            "iot:DeleteCACertificate",
            "iot:TagResource",
            "iot:UntagResource",
            "iot:ListTagsForResource",
            on=stack.format_arn(service="iot", resource="cacert", resource_name="*"),
            because="a CA's id is the hash of a certificate that this function is yet to make",
        )
        parameters = certificate_parameter(self._environment, "*").removeprefix("/")
        self.registrar.may_on_any(
            "ssm:GetParameter",
            "ssm:GetParameterHistory",
            "ssm:PutParameter",
            "ssm:DeleteParameter",
            on=stack.format_arn(service="ssm", resource="parameter", resource_name=parameters),
            because="an authority taken out of the environment is deleted after its own permissions are",
        )


class CertificateAuthority(Construct):
    """One authority: its key where it is held here, its certificate in a parameter, its registration.

    `authority` says what it is, `name` tells it from others of the environment, `registrar` is the stack's
    one. What an authority is cannot change in place: `authority_lock.hold` keeps an app from it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        authority: Authority,
        settings: Settings,
        registrar: AuthorityRegistrar,
    ) -> None:
        super().__init__(scope, construct_id)
        self.authority_name = name
        self.custody = authority.custody
        self.open = authority.openness is Openness.OPEN
        self.certificate_parameter = certificate_parameter(settings.name, name)
        self._key = hold_key(self, name, authority, settings)
        if self._key is not None:
            registrar.registrar.may(*self._key.making, on=self._key.arn)
            parameter = ssm.StringParameter(
                self,
                "KeyParameter",
                parameter_name=key_parameter(settings.name, name),
                string_value=self._key.arn,
                description=f"Where the key of the authority {name} is held",
            )
            parameter.apply_removal_policy(
                removal_policy_once_in_use(settings)
            )  # it stays as long as the key
        self.registration = cdk.CustomResource(
            self,
            "Registration",
            resource_type="Custom::CertificateAuthority",
            service_token=registrar.provider.service_token,
            service_timeout=REGISTRATION_TIMEOUT,
            removal_policy=removal_policy_once_in_use(settings),
            properties=self._properties(authority, settings),
        )

    @property
    def certificate_id(self) -> str:
        """The id AWS IoT gives the CA certificate (a token)."""
        return self.registration.ref

    @property
    def held_key(self) -> HeldKey:
        """The authority's key.

        Raises:
            ValueError: the authority is external; its key is not here.
        """
        if self._key is None:
            raise ValueError(f"{self.node.id}: an external authority's key is not here")
        return self._key

    def let_sign(self, function: RuntimeFunction) -> None:
        """Allow `function` to sign with the authority's key and to read its certificate."""
        function.may(*self.held_key.signing, on=self.held_key.arn)
        parameter = self.certificate_parameter.removeprefix("/")
        stack = cdk.Stack.of(self)
        function.may(
            "ssm:GetParameter",
            on=stack.format_arn(service="ssm", resource="parameter", resource_name=parameter),
        )

    def _properties(self, authority: Authority, settings: Settings) -> dict[str, object]:
        given = {
            AuthorityProperty.CERTIFICATE: authority.certificate,
            AuthorityProperty.VERIFICATION_CERTIFICATE: authority.verification_certificate,
            AuthorityProperty.KEY_ID: self._key.arn if self._key else None,
        }
        properties: dict[AuthorityProperty, object] = {
            AuthorityProperty.CUSTODY: authority.custody.value,
            AuthorityProperty.MODE: authority.mode.value,
            AuthorityProperty.OPENNESS: authority.openness.value,
            AuthorityProperty.ALGORITHM: authority.algorithm.value,
            AuthorityProperty.VALIDITY_DAYS: str(authority.validity_days),
            AuthorityProperty.SUBJECT: authority.subject.fields(),
            AuthorityProperty.CERTIFICATE_PARAMETER: self.certificate_parameter,
            AuthorityProperty.TAGS: naming.tags(settings.name, settings.tags, authority.tags),
            # CloudFormation calls on nothing that did not change; `-c recheck=...` looks at every authority.
            AuthorityProperty.RECHECK: str(self.node.try_get_context("recheck") or ""),
            AuthorityProperty.REPLACE: _yes_or_no(authority.replace),
            AuthorityProperty.DELETE_WITH_CERTIFICATES: _yes_or_no(
                settings.delete_authorities_with_certificates
            ),
            **{name: value for name, value in given.items() if value is not None},
        }
        return {name.value: value for name, value in properties.items()}


def _yes_or_no(value: bool) -> str:  # noqa: FBT001  CloudFormation would make it text in its own way
    return "true" if value else "false"
