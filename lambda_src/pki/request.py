"""A device's certificate signing request: hostile input until it was read here."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pki.device_key import check_device_key
from pki.identity import subject_public_key_info
from pki.keys import PublicKey
from pki.names import UnfitName, check_subject, long_names
from pki.refused import RefusedRequest

__all__ = ["LONGEST_REQUEST", "DeviceRequest", "RefusedRequest", "read_request"]

LONGEST_REQUEST = 16 * 1024
"""Bytes of PEM. A request with an RSA key of 4096 bits needs 2 KiB."""

_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")  # the second is older software's (RFC 7468, 7)
_SIGNATURE_HASHES = {"sha256", "sha384", "sha512"}
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What `cryptography` raises over requests that it cannot read."""


@dataclass(frozen=True)
class DeviceRequest:
    """What a sound request asks for.

    `subject` holds every attribute in the order asked, among them one common name.
    `digest` is the SHA-256 of the request (DER), 64 lowercase hex digits.
    """

    common_name: str
    subject: x509.Name
    public_key: PublicKey
    digest: str


def read_request(pem: str | bytes) -> DeviceRequest:
    """Read one PEM request, and check all that can be checked of it.

    Explanatory text before it is passed over, as `openssl req -text` writes it (RFC 7468, 2); nothing may
    follow it. Extensions that it asks for are never looked at.

    Raises:
        RefusedRequest: with the reason too_large, malformed, holds_private_key, unsupported_key, weak_key,
            explicit_curve, weak_signature, bad_signature, bad_subject or bad_thing_name.
    """
    der = _only_request(_text(pem))
    try:
        csr = x509.load_der_x509_csr(der)
        public_key = csr.public_key()
    except UnsupportedAlgorithm:
        raise RefusedRequest(
            "unsupported_key", "the key is of an unknown kind; use P-256, P-384 or RSA"
        ) from None
    except _UNREADABLE:
        raise RefusedRequest("malformed", "the request cannot be read as PKCS #10 (DER)") from None
    device_key = check_device_key(public_key)
    _check_key_form(device_key, csr)
    _check_signature(csr, der)
    subject = _subject(csr)
    return DeviceRequest(_common_name(subject), subject, device_key, hashlib.sha256(der).hexdigest())


def _text(pem: str | bytes) -> str:
    try:
        sent = pem.encode() if isinstance(pem, str) else pem
        text = sent.decode()
    except UnicodeError:
        raise RefusedRequest("malformed", "the request is not text; send it as PEM") from None
    if len(sent) > LONGEST_REQUEST:
        raise RefusedRequest("too_large", f"the request is longer than {LONGEST_REQUEST} bytes")
    return text


def _only_request(text: str) -> bytes:
    if "PRIVATE KEY" in text:
        raise RefusedRequest(
            "holds_private_key",
            "a private key came with the request; it must stay on the device: make a new one",
        )
    for label in _LABELS:
        begin, end = f"-----BEGIN {label}-----", f"-----END {label}-----"
        _, found, rest = text.partition(begin)
        body, complete, after = rest.partition(end)
        if found and complete and not after.strip() and text.count("-----BEGIN") == 1:
            return _decoded(body)
    raise RefusedRequest(
        "malformed", "send exactly one PEM block, -----BEGIN CERTIFICATE REQUEST----- to its end"
    )


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except ValueError:
        raise RefusedRequest("malformed", "what stands between BEGIN and END is not base64") from None


def _check_key_form(key: PublicKey, csr: x509.CertificateSigningRequest) -> None:
    """Refuse keys in unusual clothes: explicit curve parameters, compressed points, RSA bound to PSS.

    `cryptography` reads a curve written out in full as the named one; encoded anew, it is not what was sent.
    """
    if subject_public_key_info(key) in csr.tbs_certrequest_bytes:
        return
    if isinstance(key, ec.EllipticCurvePublicKey):
        raise RefusedRequest(
            "explicit_curve",
            "the key does not name its curve, or its point is compressed (RFC 5480, 2); "
            "make the request with -param_enc named_curve",
        )
    raise RefusedRequest(
        "unsupported_key", "the RSA key is not encoded as plain rsaEncryption (RFC 3279, 2.3.1)"
    )


def _check_signature(csr: x509.CertificateSigningRequest, der: bytes) -> None:
    # A signature is whole bytes, and the last thing in a request (RFC 2986, 4.2). Spare bits, which
    # `cryptography` passes over, would make two requests of one.
    if not der.endswith(b"\x00" + csr.signature):
        raise RefusedRequest("malformed", "the request's signature is not whole bytes")
    try:
        algorithm = csr.signature_hash_algorithm
        if algorithm is None or algorithm.name not in _SIGNATURE_HASHES:
            raise RefusedRequest("weak_signature", "sign the request with SHA-256, SHA-384 or SHA-512")
        valid = csr.is_signature_valid
    except _UNREADABLE:
        valid = False
    if not valid:
        raise RefusedRequest("bad_signature", "the request is not signed by the key that it holds")


def _subject(csr: x509.CertificateSigningRequest) -> x509.Name:
    try:
        with long_names():
            subject = csr.subject
        check_subject(subject)
    except UnfitName as unfit:
        raise RefusedRequest("bad_subject", f"the subject's {unfit}") from None
    except _UNREADABLE:
        raise RefusedRequest("bad_subject", "the subject cannot be read") from None
    return subject


def _common_name(subject: x509.Name) -> str:
    names = [str(attribute.value) for attribute in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(names) != 1:
        raise RefusedRequest("bad_thing_name", "the subject needs exactly one common name, the device's")
    return names[0]
