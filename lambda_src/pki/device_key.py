"""Which keys a device may have."""

import math
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pki.keys import RSA_EXPONENT, PublicKey
from pki.refused import RefusedRequest

_RSA_BITS = range(2048, 4096 + 1)
_LONGEST_EXPONENT = 256
"""Bits; FIPS 186-5, A.1.1."""

_SMALL_PRIMES = tuple(n for n in range(2, 752) if all(n % d for d in range(2, math.isqrt(n) + 1)))
_ROCA_PRIMES = tuple(prime for prime in _SMALL_PRIMES if 3 <= prime <= 167)  # noqa: PLR2004  # as in the paper
_FERMAT_ROUNDS = 100
"""CA/Browser Forum, Baseline Requirements, 6.1.1.3."""


def check_device_key(key: object) -> PublicKey:
    """Give the key back if a device may have it: P-256, P-384, RSA of 2048 to 4096 bits without known flaws.

    Raises:
        RefusedRequest: `unsupported_key` or `weak_key`.
    """
    match key:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1() | ec.SECP384R1()):
            return key
        case rsa.RSAPublicKey():
            _check_rsa(key)
            return key
        case ec.EllipticCurvePublicKey(curve=curve):
            raise RefusedRequest(
                "unsupported_key", f"the key is on the curve {curve.name}; use P-256 or P-384 instead"
            )
    raise RefusedRequest(
        "unsupported_key",
        "the key is of a kind that devices cannot have here; use P-256, P-384 or RSA (2048 to 4096 bits)",
    )


def _check_rsa(key: rsa.RSAPublicKey) -> None:
    if key.key_size not in _RSA_BITS:
        raise RefusedRequest("weak_key", f"the RSA key has {key.key_size} bits; use 2048 to 4096")
    numbers = key.public_numbers()
    if numbers.e < RSA_EXPONENT or numbers.e % 2 == 0 or numbers.e.bit_length() > _LONGEST_EXPONENT:
        raise RefusedRequest("weak_key", f"the RSA public exponent is not usable; use {RSA_EXPONENT}")
    if _factors_easily(numbers.n):
        raise RefusedRequest(
            "weak_key", "the RSA modulus can be factored; make a new key with other software or hardware"
        )


def _factors_easily(modulus: int) -> bool:
    return (
        math.gcd(modulus, math.prod(_SMALL_PRIMES)) != 1
        or _has_close_primes(modulus)
        or _has_infineon_structure(modulus)
    )


def _has_close_primes(modulus: int) -> bool:
    """Try Fermat's method: a broken generator that takes neighbouring primes falls in a few rounds."""
    root = math.isqrt(modulus - 1) + 1
    return any(
        math.isqrt(rest) ** 2 == rest
        for rest in ((root + step) ** 2 - modulus for step in range(_FERMAT_ROUNDS))
    )


def _has_infineon_structure(modulus: int) -> bool:
    """Find moduli from the flawed library of CVE-2017-15361 ("ROCA"), met in TPMs and secure elements.

    Its primes are powers of 65537 modulo every small prime, and so is their product; a sound modulus
    passes for one once in 10^8 (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017).
    """
    return all(modulus % prime in _powers_of_65537(prime) for prime in _ROCA_PRIMES)


@cache
def _powers_of_65537(prime: int) -> frozenset[int]:
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime))
