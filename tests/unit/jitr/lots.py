"""A factory's lot of requests, for the tests of signing in bulk."""

from datetime import timedelta
from functools import cache
from pathlib import Path

from jitr.bulk.candidate import Candidate
from jitr.deployed import IssuedCertificate
from jitr.lot.certificate_folder import CertificateFolder
from pki.identity import certificate_id, pem
from pki.keys import SigningKey
from pki.leaf import leaf_certificate
from pki.request import read_request
from tests.unit.jitr.factory import CA, CA_KEY
from tests.unit.pki import forging as forge

FLEET = certificate_id(CA)


@cache
def csr(name: str = "pump-1", key: SigningKey = forge.DEVICE_KEY) -> str:
    """A request (PEM), the same each time."""
    return forge.request_pem(forge.common_name(name), key)


def candidate(name: str = "pump-1", key: SigningKey = forge.DEVICE_KEY) -> Candidate:
    """A request out of a table or a bundle."""
    return Candidate(f"lot.csv: {name}", csr(name, key))


def lot(count: int) -> list[Candidate]:
    """Requests of different devices."""
    return [candidate(f"pump-{number}") for number in range(count)]


def folder(path: Path) -> CertificateFolder:
    """A folder for certificates of the factory's authority."""
    return CertificateFolder(path, CA)


def issued(text: str) -> IssuedCertificate:
    """What the deployed authority gives for a request."""
    request = read_request(text)
    leaf = leaf_certificate(request, CA, CA_KEY, timedelta(days=10))
    return IssuedCertificate(
        thing_name=request.common_name,
        certificate_id=certificate_id(leaf),
        ca_certificate_id=FLEET,
        certificate=pem(leaf),
        ca_certificate=pem(CA),
        not_after=leaf.not_valid_after_utc.isoformat(),
    )
