"""A factory with an authority in files, and a lot of requests, one file each."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jitr.authority_files import Wanted, create
from pki.authority import subject_name

KEYS = 50
"""Device keys in all; making one for each would take longer than signing."""


@dataclass(frozen=True)
class Factory:
    """A folder with the authority's files and the lot's."""

    folder: Path

    @classmethod
    def of(cls, folder: Path, requests: int) -> "Factory":
        """Make them."""
        create(folder / "CA_files", Wanted(), None, force=False)
        made = cls(folder)
        made.lot.mkdir()
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(KEYS)]
        for number in range(requests):
            made.file(number).write_bytes(_request(f"pump-{number}", keys[number % KEYS]))
        return made

    @property
    def lot(self) -> Path:
        """The folder of requests."""
        return self.folder / "lot"

    @property
    def certificate(self) -> Path:
        """The authority's."""
        return self.folder / "CA_files" / "zk_ca.crt"

    @property
    def key(self) -> Path:
        """The authority's."""
        return self.folder / "CA_files" / "zk_ca.key"

    def file(self, number: int) -> Path:
        """Name a request's."""
        return self.lot / f"pump-{number}.csr"


def _request(name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    subject = subject_name({"organization": "Zymkey", "common_name": name})
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM)
