"""Signing a device's CSR: by the deployed authority or by one in files."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from jitr import deployed
from jitr.failure import FailureError
from jitr.files import read
from jitr.pem import authority
from jitr.requests import check_thing_name, said
from jitr.target import target
from pki.identity import certificate_id, pem
from pki.keys import PublicKey
from pki.leaf import AuthorityEnding, leaf_certificate
from pki.request import DeviceRequest, RefusedRequest, read_request

FOR_ANOTHER_KEY = "the authority answered with a certificate for another key; nothing was written"


@dataclass(frozen=True)
class SignedCertificate:
    """A device's certificate (PEM, intermediates after it) and what names it; the time is ISO 8601."""

    thing_name: str
    certificate_id: str
    ca_certificate_id: str
    not_after: str
    certificate: str

    def fields(self) -> dict[str, str]:
        """Give what is worth showing, by name."""
        return {name: value for name, value in vars(self).items() if name != "certificate"}


def by_files(
    csr: Path, ca_cert: Path, ca_key: Path, passphrase_file: Path | None, days: int
) -> SignedCertificate:
    """Sign with an authority in files.

    Raises:
        FailureError: the CSR is refused, the files do not belong together, the authority is ending.
    """
    request = _request(csr, named=True)
    ca, key = authority(ca_cert, ca_key, passphrase_file)
    try:
        leaf = leaf_certificate(request, ca, key, timedelta(days=days))
    except AuthorityEnding as error:
        raise FailureError(f"{ca_cert}: {error}") from None
    return SignedCertificate(
        request.common_name,
        certificate_id(leaf),
        certificate_id(ca),
        leaf.not_valid_after_utc.isoformat(),
        pem(leaf),
    )


def by_deployed_authority(csr: Path, environment: str) -> SignedCertificate:
    """Have the environment's issuance function sign.

    What is wrong with the CSR is found here, before anything is asked; the function looks again.

    Raises:
        FailureError: the CSR is refused, the stack is not there, or its answer is for another key.
    """
    request = _request(csr)
    issued = deployed.issue(target(environment), read(csr).decode())
    if not answers(request, issued):
        raise FailureError(f"{csr}: {FOR_ANOTHER_KEY}")
    return SignedCertificate(
        issued.thing_name,
        issued.certificate_id,
        issued.ca_certificate_id,
        issued.not_after,
        issued.with_chain,
    )


def answers(request: DeviceRequest, issued: deployed.IssuedCertificate) -> bool:
    """Tell whether a certificate is for the key of the request, and is the one that its id names."""
    certificate = x509.load_pem_x509_certificate(issued.certificate.encode())
    public = certificate.public_key()
    same_key = isinstance(public, PublicKey) and public == request.public_key
    return same_key and certificate_id(certificate) == issued.certificate_id


def _request(csr: Path, *, named: bool = False) -> DeviceRequest:
    """Read a request; `named`: its common name must do as a thing's name."""
    try:
        request = read_request(read(csr))
        if named:
            check_thing_name(request.common_name)
    except RefusedRequest as refused:
        raise FailureError(f"{csr}: refused ({refused.reason}): {said(refused)}") from None
    return request
