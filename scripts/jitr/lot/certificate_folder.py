"""The folder that a lot's certificates go to: one file for each request, never overwritten."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from jitr import files
from jitr.bulk.candidate import Candidate
from jitr.bulk.kind import REQUESTS
from pki.identity import certificate_id
from pki.keys import PublicKey
from pki.names import long_names
from pki.refused import RefusedRequest
from pki.request import DeviceRequest

SUFFIX = ".crt"
LONGEST_NAME = 255
"""Bytes of a file's name on most file systems (NAME_MAX)."""
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)


@dataclass(frozen=True)
class CertificateFolder:
    """Where certificates of one authority go, and where those of an earlier run are found again."""

    path: Path
    authority: x509.Certificate

    def file_for(self, candidate: Candidate, request: DeviceRequest) -> Path:
        """Name the file: after the request's own, in the same subfolder, or after the device.

        Raises:
            RefusedRequest: `long_name`: no file can be called so.
        """
        if candidate.file is not None:
            return self.path / _with_suffix(candidate.file)
        name = quote(request.common_name, safe=" :") + SUFFIX
        if len(name) > LONGEST_NAME:
            raise RefusedRequest(
                "long_name",
                "the common name is too long for a file; give the request one of its own",
            )
        return self.path / name

    def find(self, file: Path, request: DeviceRequest) -> str | None:
        """Give the id of the certificate that an earlier run made for this request; None where there is none.

        An empty file counts as none: a power cut may leave it.

        Raises:
            RefusedRequest: `in_the_way`: the file holds something else, and is left as it is.
        """
        try:
            content = file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):  # the latter is said when it is to be written
            return None
        except OSError as error:
            raise _in_the_way(file, f"cannot be read ({error.strerror})") from None
        if not content:
            return None
        try:
            with long_names():
                certificate = x509.load_pem_x509_certificates(content)[0]
                return self._confirmed(file, certificate, request)
        except UNREADABLE:
            raise _in_the_way(file, "holds no certificate") from None

    def keep(self, file: Path, request: DeviceRequest, text: str) -> str | None:
        """Write a certificate (PEM); give the id of the one that somebody else was quicker to put there.

        Raises:
            RefusedRequest: as `find`.
            FailureError: the folder cannot be written.
        """
        try:
            files.create(file, text.encode())
        except FileExistsError:
            if there := self.find(file, request):
                return there
            files.write(file, text.encode())
        return None

    def _confirmed(self, file: Path, certificate: x509.Certificate, request: DeviceRequest) -> str:
        public_key = certificate.public_key()
        if not isinstance(public_key, PublicKey) or public_key != request.public_key:
            raise _in_the_way(file, "holds a certificate for another key")
        if certificate.subject != request.subject:
            raise _in_the_way(file, "holds a certificate for another subject")
        try:
            certificate.verify_directly_issued_by(self.authority)
        except (InvalidSignature, *UNREADABLE):
            raise _in_the_way(file, "holds a certificate of another authority") from None
        if certificate.not_valid_after_utc <= datetime.now(UTC):
            raise _in_the_way(file, "holds a certificate that has expired")
        return certificate_id(certificate)


def _with_suffix(file: PurePath) -> PurePath:
    """Put the certificate's suffix for the request's; `pump-1.2` is a name, not a suffix."""
    if file.suffix.lower() in REQUESTS.suffixes:
        return file.with_suffix(SUFFIX)
    return file.with_name(file.name + SUFFIX)


def _in_the_way(file: Path, what: str) -> RefusedRequest:
    return RefusedRequest(
        "in_the_way", f"{file} {what}, and was left as it is; move it, or choose another folder"
    )
