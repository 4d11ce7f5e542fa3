"""What a request may be, and what it is refused for."""

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pki.request import LONGEST_REQUEST, RefusedRequest, read_request
from tests.unit.pki import forging as forge

SOUND = forge.request_pem(forge.common_name("device-1"))


def reason(pem: str | bytes) -> str:
    with pytest.raises(RefusedRequest) as refusal:
        read_request(pem)
    assert str(refusal.value)
    return refusal.value.reason


def openssl_request(folder: Path, *arguments: str) -> str:
    command = ["openssl", "req", "-new", "-nodes", "-subj", "/CN=device-1", "-keyout", "device.key"]
    done = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_sound_request_gives_thing_name_subject_key_and_digest() -> None:
    request = read_request(SOUND)

    csr = x509.load_pem_x509_csr(SOUND.encode())
    fingerprint = hashes.Hash(hashes.SHA256())
    fingerprint.update(csr.public_bytes(serialization.Encoding.DER))
    assert request.common_name == "device-1"
    assert request.subject == csr.subject
    assert request.public_key == csr.public_key()
    assert request.digest == fingerprint.finalize().hex()


def test_bytes_and_text_are_the_same_request() -> None:
    assert read_request(SOUND.encode()) == read_request(SOUND)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda curve: curve.name)
def test_elliptic_curve_keys_of_both_sizes_are_accepted(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)

    assert read_request(forge.request_pem(forge.common_name("d"), key)).public_key == key.public_key()


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_rsa_keys_from_2048_to_4096_bits_are_accepted(bits: int) -> None:
    key = rsa.generate_private_key(65537, bits)

    assert read_request(forge.request_pem(forge.common_name("d"), key)).public_key == key.public_key()


def test_text_that_openssl_prints_before_the_request_is_passed_over(tmp_path: Path) -> None:
    pem = openssl_request(tmp_path, "-newkey", "rsa:2048", "-text")

    assert pem.startswith("Certificate Request:")
    assert read_request(pem).common_name == "device-1"


def test_the_label_of_older_software_is_accepted(tmp_path: Path) -> None:
    pem = openssl_request(tmp_path, "-newkey", "rsa:2048", "-newhdr")

    assert pem.startswith("-----BEGIN NEW CERTIFICATE REQUEST-----")
    assert read_request(pem).common_name == "device-1"


def test_windows_line_ends_are_accepted() -> None:
    assert read_request(SOUND.replace("\n", "\r\n")) == read_request(SOUND)


def test_a_request_of_the_greatest_size_is_read_and_one_byte_more_is_not() -> None:
    room = LONGEST_REQUEST - len(SOUND)

    assert read_request(" " * room + SOUND) == read_request(SOUND)
    assert reason(" " * (room + 1) + SOUND) == "too_large"


def test_size_is_counted_in_bytes_not_characters() -> None:
    assert reason("ä" * (LONGEST_REQUEST // 2) + SOUND) == "too_large"


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "hello",
        b"\xff\xfe",
        "\ud800",
        SOUND + SOUND,
        SOUND + "trailing text",
        SOUND.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
        SOUND.replace("-----END CERTIFICATE REQUEST-----", ""),
        SOUND.replace(
            "-----BEGIN CERTIFICATE REQUEST-----\n", "-----BEGIN CERTIFICATE REQUEST-----\nA: b\n\n"
        ),
        forge.pem(b""),
        forge.pem(b"\x30\x03\x02\x01\x00"),
        forge.pem(x509.load_pem_x509_csr(SOUND.encode()).public_bytes(serialization.Encoding.DER) + b"\0"),
    ],
)
def test_anything_but_one_pem_request_is_malformed(pem: str | bytes) -> None:
    assert reason(pem) == "malformed"


def test_a_private_key_sent_along_is_pointed_out() -> None:
    key = forge.DEVICE_KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()

    assert reason(SOUND + key) == "holds_private_key"


def test_a_request_that_another_key_signed_is_refused() -> None:
    der = bytearray(x509.load_pem_x509_csr(SOUND.encode()).public_bytes(serialization.Encoding.DER))
    other = x509.load_pem_x509_csr(forge.request_pem(forge.common_name("device-2")).encode())
    swapped = bytes(der).replace(b"device-1", b"device-2")

    assert other.subject == forge.common_name("device-2")
    assert reason(forge.pem(swapped)) == "bad_signature"


@pytest.mark.parametrize("digest", ["-sha1", "-md5"])
def test_requests_signed_with_broken_hashes_are_refused(tmp_path: Path, digest: str) -> None:
    assert reason(openssl_request(tmp_path, "-newkey", "rsa:2048", digest)) == "weak_signature"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (["-newkey", "rsa:1024"], "weak_key"),
        (["-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"], "weak_key"),
        (["-newkey", "ed25519"], "unsupported_key"),
        (["-newkey", "rsa-pss"], "unsupported_key"),
        (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], "unsupported_key"),
        (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"], "unsupported_key"),
        (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime239v1"], "unsupported_key"),
        (
            ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"],
            "explicit_curve",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value[-1],
)
def test_keys_that_devices_cannot_have_are_refused(tmp_path: Path, key: list[str], expected: str) -> None:
    assert reason(openssl_request(tmp_path, *key)) == expected
