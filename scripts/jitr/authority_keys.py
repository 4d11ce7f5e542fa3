"""What operators do with the keys of deployed authorities: export one, have one certified, prove one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from contract import Custody, KeyAlgorithm
from jitr.environment_authorities import DeployedAuthority, deployed_authority, key_arn
from jitr.failure import FailureError
from jitr.target import Target
from pki.authority import authority_request
from pki.custody import UnusableKey, custody
from pki.identity import public_key_hash
from pki.keys import PublicKey, SigningKey, generate_key, signature_hash

if TYPE_CHECKING:
    from botocore.client import BaseClient

REFUSALS = {
    Custody.KMS: "is held in KMS and cannot leave KMS; sign with it there, or ask for its request",
    Custody.EXTERNAL: "is external: AWS never had its key; its owner has",
}


@dataclass(frozen=True)
class Exportable:
    """An authority whose key may leave Secrets Manager."""

    target: Target
    authority: DeployedAuthority
    secret: str

    def key(self) -> SigningKey:
        """Read the key; CloudTrail records it as GetSecretValue.

        Raises:
            FailureError: the secret holds no key, or another authority's.
        """
        return held_key(self.target, Custody.SECRETS_MANAGER, self.authority, self.secret)


def exportable(target: Target, name: str) -> Exportable:
    """Find an authority whose key may be given out.

    Raises:
        FailureError: it is held in KMS or is external, in the environment's file or as it was deployed.
    """
    wanted = target.settings.authorities.get(name)
    if wanted is not None and wanted.custody in REFUSALS:
        raise FailureError(f"the key of {name} {REFUSALS[wanted.custody]}")
    authority = deployed_authority(target, name)
    arn = key_arn(target, authority)
    if _custody(arn) is not Custody.SECRETS_MANAGER:
        raise FailureError(f"the key of {name} {REFUSALS[Custody.KMS]}")
    return Exportable(target, authority, arn)


def who(target: Target) -> str:
    """Say whose credentials these are (ARN)."""
    return target.session.client("sts").get_caller_identity()["Arn"]


def certification_request(target: Target, name: str) -> x509.CertificateSigningRequest:
    """Ask, with the key and in the name of a deployed authority, to be certified by its owner's root.

    Raises:
        FailureError: its key is elsewhere, or cannot be used.
    """
    wanted = target.settings.authorities.get(name)
    if wanted is not None and wanted.custody is Custody.EXTERNAL:
        raise FailureError(f"the key of {name} {REFUSALS[Custody.EXTERNAL]}")
    authority = deployed_authority(target, name)
    arn = key_arn(target, authority)
    return authority_request(held_key(target, _custody(arn), authority, arn), authority.certificate.subject)


def verification_request(registration_code: str) -> x509.CertificateSigningRequest:
    """Ask for a verification certificate: the code as common name, over a key that is thrown away.

    AWS IoT, "Create a CA verification certificate": what counts is who signs the code.
    """
    throw_away = generate_key(KeyAlgorithm.P256)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, registration_code)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(throw_away, signature_hash(throw_away))


def request_pem(request: x509.CertificateSigningRequest) -> bytes:
    """Write a request as PEM."""
    return request.public_bytes(Encoding.PEM)


def held_key(target: Target, kind: Custody, authority: DeployedAuthority, arn: str) -> SigningKey:
    """Open the custody of an authority's key, and see that the key is the authority's.

    Raises:
        FailureError: there is no key, or another one.
    """

    def connect(service: str) -> "BaseClient":
        client: BaseClient = target.session.client(service)  # type: ignore[call-overload]  # literals only
        return client

    try:
        key = custody(kind, arn, connect).signing_key()
    except UnusableKey as error:
        raise FailureError(f"authority {authority.name}: {error}") from None
    certified = authority.certificate.public_key()
    if not isinstance(certified, PublicKey) or public_key_hash(certified) != public_key_hash(
        key.public_key()
    ):
        raise FailureError(f"authority {authority.name}: {arn} holds another key than its certificate's")
    return key


def _custody(arn: str) -> Custody:
    """Tell from its ARN (arn:partition:service:…) who holds a key."""
    return Custody.KMS if arn.split(":")[2:3] == ["kms"] else Custody.SECRETS_MANAGER
