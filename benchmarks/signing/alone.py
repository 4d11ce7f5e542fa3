"""What the library alone can sign: `python -m benchmarks.signing.alone CA_CERT CA_KEY FOLDER`.

Reads each request, verifies its signature, and signs a certificate with the extensions that a device's has,
as short as one can write it with `cryptography`. It looks at no name and no key, and keeps nothing.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from pki.keys import PublicKey
from pki.signed import authority_key_identifier, only_digital_signature, with_identity


def main(ca_certificate: Path, ca_key: Path, requests: Path) -> None:
    """Sign every request of a folder.

    Raises:
        TypeError: the authority's key is not on an elliptic curve.
        ValueError: a request is not signed by its key.
    """
    ca = x509.load_pem_x509_certificate(ca_certificate.read_bytes())
    key = load_pem_private_key(ca_key.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{ca_key}: holds no key on an elliptic curve")
    blank = _blank(ca)
    for file in requests.iterdir():
        request = x509.load_pem_x509_csr(file.read_bytes())
        public_key = request.public_key()
        if not isinstance(public_key, PublicKey) or not request.is_signature_valid:
            raise ValueError(f"{file}: is not signed by its key")
        filled = with_identity(blank, request.subject, public_key)  # four calls of the library's
        filled.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _blank(ca: x509.Certificate) -> x509.CertificateBuilder:
    """Give what the certificates have in common."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(ca.subject)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(only_digital_signature(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(authority_key_identifier(ca), critical=False)
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
