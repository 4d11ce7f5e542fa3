"""RSA keys that look sound and are not."""

import math
from collections.abc import Iterable
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from pki.device_key import check_device_key
from pki.refused import RefusedRequest

SMALL_PRIMES = [n for n in range(2, 1000) if all(n % d for d in range(2, n))]
SOUND = rsa.generate_private_key(65537, 2048)
MODULUS = SOUND.public_key().public_numbers().n
PRIME = SOUND.private_numbers().p


def without_small_factors(candidates: Iterable[int]) -> int:
    product = math.prod(SMALL_PRIMES)
    return next(candidate for candidate in candidates if math.gcd(candidate, product) == 1)


NEIGHBOUR = without_small_factors(count(PRIME + 2, 2))
"""Close to a prime, as a broken generator picks the second one."""

PRIMORIAL = math.prod(prime for prime in SMALL_PRIMES if prime < 170)
INFINEON = without_small_factors(
    count(pow(65537, 12345, PRIMORIAL) + (1 << 2047) // PRIMORIAL * PRIMORIAL, PRIMORIAL)
)
"""A power of 65537 modulo all small primes, as CVE-2017-15361 describes."""


def public_key(modulus: int, exponent: int = 65537) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def test_a_sound_key_is_accepted() -> None:
    key = SOUND.public_key()

    assert check_device_key(key) is key


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        pytest.param(public_key(MODULUS, 3), "exponent", id="exponent 3"),
        pytest.param(public_key(MODULUS, 65535), "exponent", id="exponent below 65537"),
        pytest.param(public_key(MODULUS, (1 << 300) + 1), "exponent", id="exponent of 301 bits"),
        pytest.param(public_key((1 << 2046) + 1), "2047 bits", id="2047 bits"),
        pytest.param(public_key((1 << 4096) + 1), "4097 bits", id="4097 bits"),
        pytest.param(public_key(MODULUS * 3), "factored", id="small factor"),
        pytest.param(public_key(PRIME * NEIGHBOUR), "factored", id="close primes"),
        pytest.param(public_key(INFINEON), "factored", id="Infineon's structure"),
    ],
)
def test_weak_rsa_keys_are_refused(key: rsa.RSAPublicKey, complaint: str) -> None:
    with pytest.raises(RefusedRequest, match=complaint) as refusal:
        check_device_key(key)

    assert refusal.value.reason == "weak_key"
