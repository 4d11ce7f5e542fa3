"""Device identities made offline, as a factory makes them: a P-256 key and a certificate each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from contract import KeyAlgorithm
from jitr.authority_keys import exportable
from jitr.target import Target
from pki.authority import authority_certificate, subject_name
from pki.identity import certificate_id
from pki.keys import SigningKey, generate_key
from pki.leaf import leaf_certificate
from pki.request import DeviceRequest

VALIDITY = timedelta(days=30)
NO_REQUEST = "0" * 64
"""Stands for a request's digest, which no certificate shows; a factory's request never comes here."""


@dataclass(frozen=True)
class Identity:
    """A device's name, key and certificate; `id` is what AWS IoT calls its certificate."""

    thing_name: str
    id: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """Write key and certificate as one PEM file, as OpenSSL reads both."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Signer:
    """An authority's certificate and its private key, in this process: a factory's, or a thief's."""

    certificate: x509.Certificate
    key: SigningKey

    @classmethod
    def exported(cls, target: Target, authority: str) -> "Signer":
        """Take the key of a deployed authority out of Secrets Manager.

        Raises:
            FailureError: it is not deployed, or its key cannot leave.
        """
        found = exportable(target, authority)
        return cls(found.authority.certificate, found.key())

    @classmethod
    def unknown(cls, name: str) -> "Signer":
        """Make an authority that this environment does not know."""
        key = generate_key(KeyAlgorithm.P256)
        return cls(authority_certificate(key, subject_name({"common_name": name}), VALIDITY), key)

    @property
    def id(self) -> str:
        """The authority's certificate id."""
        return certificate_id(self.certificate)

    def sign(self, thing_names: Iterable[str]) -> list[Identity]:
        """Make a key and a certificate for each name."""
        return [self._identity(name) for name in thing_names]

    def _identity(self, thing_name: str) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, thing_name)])
        request = DeviceRequest(thing_name, subject, key.public_key(), NO_REQUEST)
        certificate = leaf_certificate(request, self.certificate, self.key, VALIDITY)
        return Identity(thing_name, certificate_id(certificate), certificate, key)
