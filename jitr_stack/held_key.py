"""Authorities' keys that are held here: in KMS, which gives them to nobody, or in Secrets Manager."""

from dataclasses import dataclass
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from contract import Custody, KeyAlgorithm
from jitr_stack.authorities import Authority
from jitr_stack.findings import acknowledge
from jitr_stack.function import removal_policy_once_in_use
from jitr_stack.settings import Settings

KEY_SPEC = {
    KeyAlgorithm.P256: kms.KeySpec.ECC_NIST_P256,
    KeyAlgorithm.P384: kms.KeySpec.ECC_NIST_P384,
}


@dataclass(frozen=True)
class HeldKey:
    """A key's ARN, and the actions on it that signing and making an authority take."""

    arn: str
    signing: tuple[str, ...]
    making: tuple[str, ...]


def hold_key(scope: Construct, name: str, authority: Authority, settings: Settings) -> HeldKey | None:
    """Make the key of the authority `name` where its custody says; an external authority's is elsewhere."""
    # A key cannot change its algorithm, so its logical id names it: another algorithm is another key.
    construct_id = f"Key{authority.algorithm.value.replace('-', '')}"
    description = f"Signs device certificates: authority {name} of {settings.name}"
    match authority.custody:
        case Custody.KMS:
            return _in_kms(scope, construct_id, description, authority.algorithm, settings)
        case Custody.SECRETS_MANAGER:
            return _in_secrets_manager(scope, construct_id, description, settings)
        case Custody.EXTERNAL:
            return None


def _in_kms(
    scope: Construct, construct_id: str, description: str, algorithm: KeyAlgorithm, settings: Settings
) -> HeldKey:
    key = kms.Key(
        scope,
        construct_id,
        description=description,
        key_spec=KEY_SPEC[algorithm],
        key_usage=kms.KeyUsage.SIGN_VERIFY,
        removal_policy=removal_policy_once_in_use(settings),
        pending_window=cdk.Duration.days(7),
    )
    signing = ("kms:GetPublicKey", "kms:Sign")
    return HeldKey(key.key_arn, signing, signing)


def _in_secrets_manager(scope: Construct, construct_id: str, description: str, settings: Settings) -> HeldKey:
    secret = secretsmanager.Secret(
        scope, construct_id, description=description, removal_policy=removal_policy_once_in_use(settings)
    )
    acknowledge(
        secret,
        "AwsSolutions-SMG4",
        "a CA's key lives as long as its certificate; it is replaced by a new authority, not rotated",
    )
    # `Id` and `Ref` are both the ARN on AWS; on the embedded AWS only `Id` is.
    arn = cast("secretsmanager.CfnSecret", secret.node.default_child).attr_id
    reading = ("secretsmanager:GetSecretValue",)
    return HeldKey(arn, reading, (*reading, "secretsmanager:PutSecretValue"))
