"""The certificate of a device."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pki.keys import SigningKey, signature_hash
from pki.request import DeviceRequest
from pki.signed import (
    BACKDATE,
    authority_key_identifier,
    checked,
    moment,
    only_digital_signature,
    with_identity,
)

SHORTEST_REMAINDER = timedelta(days=1)
"""An authority this close to its end signs no more: the device would be offline tomorrow."""


class AuthorityEnding(Exception):  # noqa: N818  # named for what happened
    """The authority is not valid yet, has expired, or will within a day."""


def leaf_certificate(
    request: DeviceRequest,
    ca: x509.Certificate,
    ca_key: SigningKey,
    validity: timedelta,
    now: datetime | None = None,
) -> x509.Certificate:
    """Certify a device: its subject as it asked, for signing as a TLS client and nothing else.

    It is valid from five minutes before `now` until `now + validity`, but never outside the authority's own
    time. Extensions that the request asked for are not looked at.

    Raises:
        AuthorityEnding: the authority is at the end of its time, or not at its beginning yet.
        BadSignature: `ca_key` is not the key of `ca`, or its holder returned a wrong signature.
    """
    leaf = LeafForm(ca, validity, now).unverified(request, ca_key)
    return checked(leaf, ca.public_key())


class LeafForm:
    """What the certificates of an authority's devices have in common at one moment: all but the devices.

    Made once for many requests, it saves a third of the work on each.

    Raises:
        AuthorityEnding: as `leaf_certificate`.
    """

    def __init__(self, ca: x509.Certificate, validity: timedelta, now: datetime | None = None) -> None:
        start = moment(now)
        _check_time(ca, start)
        self._blank = (
            x509.CertificateBuilder()
            .issuer_name(ca.subject)
            .not_valid_before(max(start - BACKDATE, ca.not_valid_before_utc))
            .not_valid_after(min(start + validity, ca.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(only_digital_signature(), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(authority_key_identifier(ca), critical=False)
        )

    def unverified(self, request: DeviceRequest, ca_key: SigningKey) -> x509.Certificate:
        """Certify a device; whoever asks another process to sign must look at the signature (`checked`)."""
        filled = with_identity(self._blank, request.subject, request.public_key)
        addresses = request.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
        if addresses:  # an address in the subject must stand here too (RFC 5280, 4.1.2.6)
            names = [x509.RFC822Name(str(address.value)) for address in addresses]
            filled = filled.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return filled.sign(ca_key, signature_hash(ca_key))


def _check_time(ca: x509.Certificate, now: datetime) -> None:
    first, last = ca.not_valid_before_utc, ca.not_valid_after_utc
    if not first <= now <= last - SHORTEST_REMAINDER:
        raise AuthorityEnding(
            f"the authority {ca.subject.rfc4514_string()} is valid from {first:%Y-%m-%d %H:%M} to "
            f"{last:%Y-%m-%d %H:%M} UTC and signs until a day before its end; issue from a new authority"
        )
