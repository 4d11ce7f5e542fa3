"""What every certificate here has in common, and the check that it was signed as asked."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding

from pki.keys import PublicKey, SigningKey, signature_hash

BACKDATE = timedelta(minutes=5)
"""Certificates are valid from five minutes ago on: a device's clock may be a little slow."""


class BadSignature(Exception):  # noqa: N818  # named for what happened
    """A certificate's signature does not verify under the key that should have made it."""


def moment(now: datetime | None) -> datetime:
    """Give `now` (or the present) in UTC and whole seconds, as X.509 can write it."""
    return (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


def unsigned(
    subject: x509.Name, public_key: PublicKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    """Begin a certificate: whose it is, and from when to when it is valid."""
    dated = x509.CertificateBuilder().not_valid_before(not_before).not_valid_after(not_after)
    return with_identity(dated, subject, public_key)


def with_identity(
    builder: x509.CertificateBuilder, subject: x509.Name, public_key: PublicKey
) -> x509.CertificateBuilder:
    """Say whose a certificate is: subject, key and its identifier (SKI), and a serial number of its own.

    The number is random (159 bits, so 20 octets at most; RFC 5280, 4.1.2.2).
    """
    return (
        builder.subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def signed_by(ca: x509.Certificate, ca_key: SigningKey, builder: x509.CertificateBuilder) -> x509.Certificate:
    """Complete a certificate in the name of `ca`, and check it against the key that `ca` certifies.

    Raises:
        BadSignature: `ca_key` is not the key of `ca`, or its holder returned a wrong signature.
    """
    certificate = (
        builder.issuer_name(ca.subject)
        .add_extension(authority_key_identifier(ca), critical=False)
        .sign(ca_key, signature_hash(ca_key))
    )
    return checked(certificate, ca.public_key())


def checked(certificate: x509.Certificate, issuer_public_key: object) -> x509.Certificate:
    """Give the certificate back once its signature verifies: builders never check what a remote key returned.

    Raises:
        BadSignature: it does not verify.
    """
    try:
        _verify(certificate, issuer_public_key)
    except InvalidSignature:
        raise BadSignature(
            f"the signature on the certificate for {certificate.subject.rfc4514_string()} does not verify: "
            "the key is not this authority's, or its holder returned a wrong signature; nothing was issued"
        ) from None
    return certificate


def only_digital_signature() -> x509.KeyUsage:
    """Allow a key to sign in TLS, and nothing else."""
    return key_usage(digital_signature=True)


def key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    """Build a key usage in which all that is not named is off."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _verify(certificate: x509.Certificate, issuer_public_key: object) -> None:
    tbs, algorithm = certificate.tbs_certificate_bytes, certificate.signature_hash_algorithm
    if algorithm is None or not isinstance(issuer_public_key, PublicKey):
        raise InvalidSignature
    if isinstance(issuer_public_key, ec.EllipticCurvePublicKey):
        issuer_public_key.verify(certificate.signature, tbs, ec.ECDSA(algorithm))
    else:
        issuer_public_key.verify(certificate.signature, tbs, padding.PKCS1v15(), algorithm)


def authority_key_identifier(ca: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """Point to the issuer's key by the identifier its own certificate gives it (RFC 5280, 4.2.1.1)."""
    try:
        identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:  # an authority that somebody else made may lack one
        public_key = ca.public_key()
        identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
