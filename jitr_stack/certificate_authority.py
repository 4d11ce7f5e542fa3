"""Certificate authorities: a key that stays where it is held, and its registration with AWS IoT."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from contract import AuthorityProperty, Custody, KeyAlgorithm, Variable, certificate_parameter
from jitr_stack.custom_resource import provider
from jitr_stack.findings import acknowledge
from jitr_stack.function import RuntimeFunction, removal_policy_once_in_use
from jitr_stack.platform import Platform
from jitr_stack.settings import Authority, Settings

REGISTRATION_TIMEOUT = cdk.Duration.minutes(5)
"""How long CloudFormation waits for an answer; without it, an hour (`ServiceTimeout`)."""

KEY_SPEC = {
    KeyAlgorithm.P256: kms.KeySpec.ECC_NIST_P256,
    KeyAlgorithm.P384: kms.KeySpec.ECC_NIST_P384,
}


class AuthorityRegistrar(Construct):
    """The custom-resource function that makes authorities and registers them; one for all of a stack."""

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
            "iot:RegisterCACertificate",
            on="*",
            because="AWS IoT offers no resource for these two (Service Authorization Reference)",
        )
        self.registrar.may_on_any(
            "iot:DescribeCACertificate",
            "iot:UpdateCACertificate",
            "iot:DeleteCACertificate",
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
    """One authority: its key's custody, its certificate in a parameter, its registration."""

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
        self.custody = authority.custody
        self.certificate_parameter = certificate_parameter(settings.name, name)
        self._key = self._held_key(authority, settings)
        self._let_make(registrar.registrar)
        self.registration = cdk.CustomResource(
            self,
            "Registration",
            resource_type="Custom::CertificateAuthority",
            service_token=registrar.provider.service_token,
            service_timeout=REGISTRATION_TIMEOUT,
            removal_policy=removal_policy_once_in_use(settings),
            properties={
                AuthorityProperty.CUSTODY.value: authority.custody.value,
                AuthorityProperty.KEY_ID.value: self.key_arn,
                AuthorityProperty.ALGORITHM.value: authority.algorithm.value,
                AuthorityProperty.VALIDITY_DAYS.value: str(authority.validity_days),
                AuthorityProperty.SUBJECT.value: authority.subject.fields(),
                AuthorityProperty.CERTIFICATE_PARAMETER.value: self.certificate_parameter,
            },
        )

    @property
    def certificate_id(self) -> str:
        """The id AWS IoT gives the CA certificate (a token)."""
        return self.registration.ref

    @property
    def key_arn(self) -> str:
        """ARN of the KMS key or of the secret."""
        if isinstance(self._key, kms.Key):
            return self._key.key_arn
        # `Id` and `Ref` are both the ARN on AWS; on the embedded AWS only `Id` is.
        return cast("secretsmanager.CfnSecret", self._key.node.default_child).attr_id

    def let_sign(self, function: RuntimeFunction) -> None:
        """Allow `function` to sign with the authority's key and to read its certificate."""
        self._let_use_key(function)
        function.may("ssm:GetParameter", on=self._parameter_arn)

    def _let_use_key(self, function: RuntimeFunction) -> None:
        if self.custody is Custody.KMS:
            function.may("kms:GetPublicKey", "kms:Sign", on=self.key_arn)
        else:
            function.may("secretsmanager:GetSecretValue", on=self.key_arn)

    def _let_make(self, registrar: RuntimeFunction) -> None:
        self._let_use_key(registrar)
        if self.custody is Custody.SECRETS_MANAGER:
            registrar.may("secretsmanager:PutSecretValue", on=self.key_arn)

    @property
    def _parameter_arn(self) -> str:
        return cdk.Stack.of(self).format_arn(
            service="ssm", resource="parameter", resource_name=self.certificate_parameter.removeprefix("/")
        )

    def _held_key(self, authority: Authority, settings: Settings) -> kms.Key | secretsmanager.Secret:
        # A key cannot change its algorithm, so its logical id names it: another algorithm is another key.
        construct_id = f"Key{authority.algorithm.value.replace('-', '')}"
        if authority.custody is Custody.KMS:
            return kms.Key(
                self,
                construct_id,
                description=f"{authority.subject.common_name}: signs device certificates",
                key_spec=KEY_SPEC[authority.algorithm],
                key_usage=kms.KeyUsage.SIGN_VERIFY,
                removal_policy=removal_policy_once_in_use(settings),
                pending_window=cdk.Duration.days(7),
            )
        secret = secretsmanager.Secret(
            self,
            construct_id,
            description=f"{authority.subject.common_name}: private key (PKCS #8, PEM)",
            removal_policy=removal_policy_once_in_use(settings),
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            "a CA's key lives as long as its certificate; it is replaced by a new authority, not rotated",
        )
        return secret
