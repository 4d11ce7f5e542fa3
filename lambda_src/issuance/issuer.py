"""The authority that signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from pki.keys import SigningKey
from pki.path import CertificationPath, load_path

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from pki.custody import KeyCustody

FRESH_FOR = timedelta(minutes=5)
"""How long a function goes on with the authority that it has loaded, before it looks again."""


class WrongAuthority(Exception):  # noqa: N818  # named for what is wrong
    """Certificate, key and settings of the authority do not belong together; nothing is signed."""


@dataclass(frozen=True)
class Issuer:
    """An authority with those above it, and its key, seen to belong together."""

    path: CertificationPath
    key: SigningKey

    @property
    def certificate(self) -> x509.Certificate:
        """The authority's certificate."""
        return self.path.authority

    @property
    def id(self) -> str:
        """The authority's certificate id."""
        return self.path.id


class IssuerSource:
    """Loads the authority, and again when five minutes have passed: a warm function may live for hours.

    `expected_id` is the certificate id that the stack was deployed with.
    """

    def __init__(self, ssm: SSMClient, parameter: str, custody: KeyCustody, expected_id: str) -> None:
        self._ssm = ssm
        self._parameter = parameter
        self._custody = custody
        self._expected_id = expected_id
        self._loaded: tuple[datetime, Issuer] | None = None

    def issuer(self, now: datetime) -> Issuer:
        """Give the authority.

        Raises:
            WrongAuthority: the parameter's certificate is not the expected one, or not the key's.
            UnusableKey: the key's holder has none.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        if self._loaded is None or now - self._loaded[0] > FRESH_FOR:
            self._loaded = None  # what cannot be confirmed is not used any longer
            self._loaded = (now, self._load())
        return self._loaded[1]

    def _load(self) -> Issuer:
        issuer = Issuer(self._path(), self._custody.signing_key())
        if issuer.id != self._expected_id:
            raise WrongAuthority(
                f"the parameter {self._parameter} holds the authority {issuer.id}, but this function was "
                f"deployed for {self._expected_id}; deploy again"
            )
        if issuer.certificate.public_key() != issuer.key.public_key():
            raise WrongAuthority(f"the key in custody is not that of the authority {issuer.id}; deploy again")
        return issuer

    def _path(self) -> CertificationPath:
        text = self._ssm.get_parameter(Name=self._parameter)["Parameter"]["Value"]
        try:
            return load_path(text)
        except ValueError:
            raise WrongAuthority(f"the parameter {self._parameter} holds no certificate") from None
