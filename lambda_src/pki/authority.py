"""Certificates that make a certificate authority: its own, and the one that proves possession to AWS IoT."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from contract import KeyAlgorithm
from pki.keys import SigningKey, generate_key, signature_hash
from pki.names import UnfitName, subject_name
from pki.signed import (
    BACKDATE,
    BadSignature,
    checked,
    key_usage,
    moment,
    only_digital_signature,
    signed_by,
    unsigned,
)

__all__ = [
    "UnfitName",
    "authority_certificate",
    "authority_request",
    "lifetime",
    "subject_name",
    "verification_certificate",
]

VERIFICATION_VALIDITY = timedelta(days=1)
"""AWS IoT looks at a verification certificate once, at registration."""


def authority_certificate(
    key: SigningKey, subject: x509.Name, validity: timedelta, now: datetime | None = None
) -> x509.Certificate:
    """Make the self-signed certificate of an authority that signs devices only, no further authorities.

    AWS IoT requires critical basicConstraints CA:TRUE; the rest is RFC 5280, 4.2.1. It is valid from five
    minutes before `now` until `now + validity`.

    Raises:
        BadSignature: the key's holder returned a wrong signature.
        OverflowError: it would end after the year 9999.
    """
    start = moment(now)
    public_key = key.public_key()
    builder = unsigned(subject, public_key, start - BACKDATE, start + validity)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    certificate = (
        builder.issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(key, signature_hash(key))
    )
    return checked(certificate, public_key)


def authority_request(key: SigningKey, subject: x509.Name) -> x509.CertificateSigningRequest:
    """Ask another authority to certify this key as an authority that signs devices only.

    Raises:
        BadSignature: the key's holder returned a wrong signature.
    """
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, signature_hash(key))
    )
    if not request.is_signature_valid:
        raise BadSignature(
            f"the signature on the request for {subject.rfc4514_string()} does not verify: "
            "the key's holder returned a wrong signature"
        )
    return request


def lifetime(certificate: x509.Certificate) -> timedelta:
    """Give the `validity` that an authority's certificate was made with."""
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc - BACKDATE


def verification_certificate(
    ca: x509.Certificate, ca_key: SigningKey, registration_code: str, now: datetime | None = None
) -> x509.Certificate:
    """Make the certificate that shows AWS IoT that we hold the authority's key.

    Its common name is the account's registration code; its own key is thrown away (AWS IoT, "Register your
    CA certificate", DEFAULT mode).

    Raises:
        BadSignature: `ca_key` is not the key of `ca`, or its holder returned a wrong signature.
    """
    start = moment(now)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, registration_code)])
    throw_away = generate_key(KeyAlgorithm.P256).public_key()
    builder = (
        unsigned(subject, throw_away, start - BACKDATE, start + VERIFICATION_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(only_digital_signature(), critical=True)
    )
    return signed_by(ca, ca_key, builder)
