"""The keys this project signs with and certifies."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from contract import KeyAlgorithm

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

RSA_EXPONENT = 65537
"""The public exponent that everybody uses (NIST SP 800-56B, 6.2)."""


def generate_key(algorithm: KeyAlgorithm) -> SigningKey:
    """Make a new private key in this process's memory."""
    match algorithm:
        case KeyAlgorithm.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyAlgorithm.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyAlgorithm.RSA2048:
            return rsa.generate_private_key(RSA_EXPONENT, 2048)


def algorithm_of(key: object) -> KeyAlgorithm | None:
    """Name the algorithm of a private or public key; None when it is not one an authority may have."""
    match key:
        case (
            ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()) | ec.EllipticCurvePublicKey(curve=ec.SECP256R1())
        ):
            return KeyAlgorithm.P256
        case (
            ec.EllipticCurvePrivateKey(curve=ec.SECP384R1()) | ec.EllipticCurvePublicKey(curve=ec.SECP384R1())
        ):
            return KeyAlgorithm.P384
        case rsa.RSAPrivateKey(key_size=2048) | rsa.RSAPublicKey(key_size=2048):
            return KeyAlgorithm.RSA2048
    return None


def signature_hash(key: SigningKey | PublicKey) -> hashes.SHA256 | hashes.SHA384:
    """Choose the hash to sign with: SHA-384 on P-384, whose strength it matches; SHA-256 on all others."""
    return hashes.SHA384() if algorithm_of(key) is KeyAlgorithm.P384 else hashes.SHA256()
