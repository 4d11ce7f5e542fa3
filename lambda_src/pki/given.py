"""Certificates that somebody else signed: what must be true of them before AWS IoT is asked.

The same checks run where an environment is read and where an authority is registered.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pki.path import CertificationPath, load_path
from pki.signed import moment

LONGEST_PEM = 4096
"""Bytes: an authority and those above it are kept in one parameter (Systems Manager, standard tier)."""

_HASHES = {"sha256", "sha384", "sha512"}
_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
_SMALLEST_RSA = 2048
"""Bits. This and the two above: AWS IoT, "X.509 client certificates", supported algorithms."""


class UnfitCertificate(ValueError):  # noqa: N818  # named for what is wrong
    """A given certificate cannot serve; the text says which, why, and what to do."""


def read_authority(text: str) -> CertificationPath:
    """Read an authority's certificate and those above it, each after the one that it signed (PEM).

    Its time is not looked at: an authority that has expired must still be there to be retired.

    Raises:
        UnfitCertificate: no PEM, too long to be kept, no authority, or certificates out of order.
    """
    try:
        path = load_path(text)
    except ValueError:
        raise UnfitCertificate(
            "the authority's certificate must be PEM (-----BEGIN CERTIFICATE-----…)"
        ) from None
    _check_is_authority(path.authority)
    _check_order(path)
    if len(path.pem) > LONGEST_PEM:
        raise UnfitCertificate(
            f"the authority's certificate and the {len(path.above)} above it take {len(path.pem)} bytes as "
            f"PEM; at most {LONGEST_PEM} can be kept. Leave out the last ones: no device needs the root"
        )
    return path


def check_in_time(certificate: x509.Certificate, what: str, now: datetime | None = None) -> None:
    """See that a certificate is valid now; `what` names it for people.

    Raises:
        UnfitCertificate: it is not yet, or not any longer.
    """
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if moment(now) < first:
        raise UnfitCertificate(f"{what} is not valid before {first:%Y-%m-%d %H:%M} UTC")
    if moment(now) > last:
        raise UnfitCertificate(f"{what} expired on {last:%Y-%m-%d %H:%M} UTC; make a new one")


def read_verification(text: str) -> x509.Certificate:
    """Read a verification certificate (PEM).

    Raises:
        UnfitCertificate: it is no certificate.
    """
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        raise UnfitCertificate(
            "the verification certificate must be PEM (-----BEGIN CERTIFICATE-----…)"
        ) from None


def check_verification(
    verification: x509.Certificate,
    ca: x509.Certificate,
    registration_code: str | None = None,
    now: datetime | None = None,
) -> None:
    """See that a verification certificate shows AWS IoT that its maker holds the key of `ca`.

    Without a `registration_code`, which only the account knows, it must have the form of one.

    Raises:
        UnfitCertificate: another authority signed it, it names another code, or it is out of its time.
    """
    try:
        verification.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        raise UnfitCertificate(
            f"the verification certificate is not signed by the authority {_name(ca)}, but in the name of "
            f"{verification.issuer.rfc4514_string():.200}; let that authority sign it"
        ) from None
    codes = [str(name.value) for name in verification.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(codes) != 1 or (registration_code is not None and codes != [registration_code]):
        raise UnfitCertificate(
            f"the verification certificate is for the registration code {', '.join(codes) or 'none'!s:.80}, "
            f"not for {registration_code or 'one code alone'}, which is this account's in this Region; "
            "let the authority sign a new request (jitr ca verification-csr)"
        )
    check_in_time(verification, "the verification certificate", now)


def _check_is_authority(ca: x509.Certificate) -> None:
    for complaint in _complaints(ca):
        raise UnfitCertificate(f"the certificate of {_name(ca)} {complaint}")


def _complaints(ca: x509.Certificate) -> Iterator[str]:
    try:
        constraints = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = {extension.oid: extension.value for extension in ca.extensions}.get(x509.KeyUsage.oid)
    except x509.ExtensionNotFound:
        constraints, usage = None, None
    except ValueError:
        yield "has extensions that cannot be read"
        return
    if constraints is None or not constraints.ca:
        yield "is no authority's: its basic constraints do not say CA:TRUE"
    if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
        yield "may not sign certificates: its key usage lacks keyCertSign"
    if ca.signature_hash_algorithm is None or ca.signature_hash_algorithm.name not in _HASHES:
        yield "is signed with a hash that AWS IoT does not take; SHA-256, SHA-384 and SHA-512 will do"
    if not _is_known_key(ca):
        yield "has a key that AWS IoT does not take; RSA from 2,048 bits, P-256, P-384 and P-521 will do"


def _is_known_key(ca: x509.Certificate) -> bool:
    try:
        key = ca.public_key()
    except ValueError:  # a curve that no library here knows
        return False
    match key:
        case rsa.RSAPublicKey():
            return key.key_size >= _SMALLEST_RSA
        case ec.EllipticCurvePublicKey():
            return key.curve.name in _CURVES
    return False


def _check_order(path: CertificationPath) -> None:
    for issued, issuer in pairwise((path.authority, *path.above)):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise UnfitCertificate(
                f"{_name(issuer)} stands behind {_name(issued)} but did not sign it; "
                "put the authority first, then its issuer, and so on up to the root"
            ) from None


def _name(certificate: x509.Certificate) -> str:
    return f"{certificate.subject.rfc4514_string():.200}"
