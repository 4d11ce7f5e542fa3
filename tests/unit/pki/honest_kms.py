"""A stand-in for AWS KMS that really signs digests (moto hashes a DIGEST once more)."""

from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

HASHES: dict[str, hashes.HashAlgorithm] = {"ECDSA_SHA_256": hashes.SHA256(), "ECDSA_SHA_384": hashes.SHA384()}
ALGORITHM_OF_CURVE = {"secp256r1": "ECDSA_SHA_256", "secp384r1": "ECDSA_SHA_384"}


class HonestKms:
    """Holds one elliptic-curve key, under whatever id it is asked for."""

    def __init__(self, curve: ec.EllipticCurve) -> None:
        self.key = ec.generate_private_key(curve)
        self.calls: list[str] = []

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803  # AWS's name
        self.calls.append("GetPublicKey")
        public_key = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {"KeyId": KeyId, "PublicKey": public_key, "KeyUsage": "SIGN_VERIFY"}

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803  # AWS's names
        self.calls.append("Sign")
        if MessageType != "DIGEST" or SigningAlgorithm != ALGORITHM_OF_CURVE[self.key.curve.name]:
            raise ClientError({"Error": {"Code": "InvalidKeyUsageException"}}, "Sign")
        digest = ec.ECDSA(Prehashed(HASHES[SigningAlgorithm]))
        return {"KeyId": KeyId, "Signature": self.key.sign(Message, digest)}


class LyingKms(HonestKms):
    """Returns well-formed signatures over something else."""

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803  # AWS's names
        return super().sign(
            KeyId=KeyId, Message=Message[::-1], MessageType=MessageType, SigningAlgorithm=SigningAlgorithm
        )
