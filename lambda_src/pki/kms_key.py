"""A private key that never leaves AWS KMS, in the shape that `cryptography` signs with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from pki.keys import algorithm_of, signature_hash

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.literals import SigningAlgorithmSpecType

_SIGNING: dict[str, SigningAlgorithmSpecType] = {"sha256": "ECDSA_SHA_256", "sha384": "ECDSA_SHA_384"}


class NotExportable(Exception):  # noqa: N818  # named for what happened
    """Somebody asked for the private part of a key that only AWS KMS holds."""


class KmsEllipticCurveKey(ec.EllipticCurvePrivateKey):
    """An asymmetric KMS key (ECC_NIST_P256 or ECC_NIST_P384, SIGN_VERIFY).

    The certificate builders take it like any other key; each signature is one kms:Sign call. The public
    key is fetched once. Errors of AWS (`botocore.exceptions.ClientError`) pass through.
    """

    def __init__(self, kms: KMSClient, key_id: str) -> None:
        self._kms = kms
        self._key_id = key_id

    @cached_property
    def _public_key(self) -> ec.EllipticCurvePublicKey:
        answer = self._kms.get_public_key(KeyId=self._key_id)
        key = serialization.load_der_public_key(answer["PublicKey"])
        signs = answer["KeyUsage"] == "SIGN_VERIFY" and algorithm_of(key) is not None
        if not signs or not isinstance(key, ec.EllipticCurvePublicKey):
            raise UnsupportedAlgorithm(
                f"the KMS key {self._key_id} is not an elliptic-curve signing key; "
                "an authority needs ECC_NIST_P256 or ECC_NIST_P384 with the usage SIGN_VERIFY"
            )
        return key

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public key."""
        return self._public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        """The curve of the key."""
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        """The size of the scalar in bits."""
        return self.curve.key_size

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:  # noqa: ANN401  # the base class's own parameter is a private union of buffer types
        """Sign with KMS. Only the digest travels: a message would be limited to 4,096 bytes.

        Returns the DER encoding of (r, s).

        Raises:
            UnsupportedAlgorithm: not the hash that KMS joins with this curve (SHA-256 with P-256,
                SHA-384 with P-384).
        """
        expected = signature_hash(self._public_key)
        if not isinstance(signature_algorithm, ec.ECDSA) or not _same_hash(
            signature_algorithm.algorithm, expected
        ):
            raise UnsupportedAlgorithm(f"KMS signs on {self.curve.name} with ECDSA and {expected.name} only")
        answer = self._kms.sign(
            KeyId=self._key_id,
            Message=_digest(bytes(data), signature_algorithm.algorithm),
            MessageType="DIGEST",
            SigningAlgorithm=_SIGNING[expected.name],
        )
        return answer["Signature"]

    def private_numbers(self) -> NoReturn:
        """Refuse: there is nothing here to give out."""
        self._refuse_export()

    def private_bytes(self, encoding: object, format: object, encryption_algorithm: object) -> NoReturn:  # noqa: A002, ARG002  # names and number are the base class's
        """Refuse: there is nothing here to give out."""
        self._refuse_export()

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:  # noqa: ARG002  # the base class's
        """Refuse: a signing key agrees on no secrets."""
        raise UnsupportedAlgorithm("a KMS signing key takes part in no key exchange")

    def _refuse_export(self) -> NoReturn:
        raise NotExportable(f"the private key of {self._key_id} never leaves AWS KMS")

    def __copy__(self) -> KmsEllipticCurveKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> KmsEllipticCurveKey:
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._key_id!r})"


def _same_hash(asked: Prehashed | hashes.HashAlgorithm, expected: hashes.HashAlgorithm) -> bool:
    if isinstance(asked, Prehashed):  # it tells the length of its digests only
        return asked.digest_size == expected.digest_size
    return asked.name == expected.name


def _digest(data: bytes, algorithm: Prehashed | hashes.HashAlgorithm) -> bytes:
    if isinstance(algorithm, Prehashed):
        return data
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()
