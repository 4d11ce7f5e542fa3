"""How an authority's private key is held, and by whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization

from contract import Custody, KeyAlgorithm
from pki.keys import SigningKey, algorithm_of, generate_key
from pki.kms_key import KmsEllipticCurveKey
from pki.unlogged import unlogged

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


class UnusableKey(Exception):  # noqa: N818  # named for what happened
    """The key that an authority should sign with is missing, unreadable or of another algorithm."""


class KeyCustody(Protocol):
    """A holder of one private key. Errors of AWS (`botocore.exceptions.ClientError`) pass through."""

    def signing_key(self) -> SigningKey:
        """Give the key to sign with.

        Raises:
            UnusableKey: there is none.
        """

    def create_key(self, algorithm: KeyAlgorithm) -> SigningKey:
        """Give the key for a new authority, made now if there is none yet; the same at every call.

        Raises:
            UnusableKey: the key that is there is of another algorithm, or unreadable.
        """


def custody(kind: Custody, key_id: str, connect: Callable[[str], Any]) -> KeyCustody:
    """Open the custody of a key: `key_id` is the ARN of KMS key or secret, `connect` makes boto3 clients.

    Raises:
        UnusableKey: the key is not with AWS at all.
    """
    match kind:
        case Custody.KMS:
            return KmsCustody(connect("kms"), key_id)
        case Custody.SECRETS_MANAGER:
            return SecretsManagerCustody(connect("secretsmanager"), key_id)
        case Custody.EXTERNAL:
            raise UnusableKey(
                "the key of an external authority is not here; its owner signs with it elsewhere"
            )


class KmsCustody:
    """A key that was born in AWS KMS and never leaves it (kms:GetPublicKey, kms:Sign)."""

    def __init__(self, kms: KMSClient, key_id: str) -> None:
        self._kms = kms
        self._key_id = key_id

    def signing_key(self) -> SigningKey:
        """See `KeyCustody`."""
        return KmsEllipticCurveKey(self._kms, self._key_id)

    def create_key(self, algorithm: KeyAlgorithm) -> SigningKey:
        """See `KeyCustody`. KMS has made the key already; it is only checked."""
        return _of_algorithm(self.signing_key(), algorithm, f"KMS key {self._key_id}")


class SecretsManagerCustody:
    """A key kept as PKCS#8 PEM in a secret (secretsmanager:GetSecretValue; to make it, PutSecretValue).

    Whoever makes the secret fills it with a random text that is no PEM: it stands for "no key yet".
    """

    def __init__(self, secrets: SecretsManagerClient, secret_id: str) -> None:
        self._secrets = secrets
        self._secret_id = secret_id

    def signing_key(self) -> SigningKey:
        """See `KeyCustody`."""
        key = self._find()
        if key is None:
            raise UnusableKey(f"the secret {self._secret_id} holds no private key (PEM)")
        return key

    def create_key(self, algorithm: KeyAlgorithm) -> SigningKey:
        """See `KeyCustody`. A key that is there is never replaced: certificates hang on it."""
        key = self._find()
        if key is None:
            self._put(generate_key(algorithm))
            key = self.signing_key()  # when two calls race, what was kept is what counts
        return _of_algorithm(key, algorithm, f"secret {self._secret_id}")

    def _find(self) -> SigningKey | None:
        with unlogged():
            text = self._secrets.get_secret_value(SecretId=self._secret_id)["SecretString"]
        if "-----BEGIN" not in text:
            return None
        try:
            key = serialization.load_pem_private_key(text.encode(), password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, SigningKey):
            # The parser's own words are left out: they could quote the secret.
            raise UnusableKey(
                f"the secret {self._secret_id} holds PEM that is no unencrypted EC or RSA private key"
            )
        return key

    def _put(self, key: SigningKey) -> None:
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        # One token for the secret's first key: Secrets Manager refuses a second value under the same token.
        token = str(uuid.uuid5(uuid.NAMESPACE_URL, self._secret_id))
        with unlogged():
            try:
                self._secrets.put_secret_value(
                    SecretId=self._secret_id, SecretString=pem.decode(), ClientRequestToken=token
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceExistsException":
                    raise


def _of_algorithm(key: SigningKey, algorithm: KeyAlgorithm, where: str) -> SigningKey:
    if algorithm_of(key) is not algorithm:
        raise UnusableKey(
            f"the {where} holds a key of the algorithm {algorithm_of(key)}, but the authority is to have "
            f"{algorithm}; a key is never replaced, so give the authority a key of its own"
        )
    return key
