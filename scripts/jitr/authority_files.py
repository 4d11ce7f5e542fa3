"""An authority in files, named as the tutorial names them."""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from contract import KeyAlgorithm
from jitr import files, subject
from jitr.failure import BadUseError
from jitr.pem import key_pem
from pki.authority import UnfitName, authority_certificate, subject_name
from pki.identity import certificate_id, pem
from pki.keys import generate_key

KEY, CERTIFICATE, SAME_CERTIFICATE = "zk_ca.key", "zk_ca.crt", "zk_ca.pem"


@dataclass(frozen=True)
class AuthorityFiles:
    """What was made, and where it lies."""

    certificate_id: str
    subject: str
    not_after: str
    key: str
    certificate: str
    same_certificate: str

    def fields(self) -> dict[str, str]:
        """Give it by name."""
        return asdict(self)


@dataclass(frozen=True)
class Wanted:
    """What an authority should be; `subject` as openssl writes it."""

    subject: str | None = None
    algorithm: KeyAlgorithm = KeyAlgorithm.P256
    days: int = 3650

    def name(self) -> x509.Name:
        """Give its subject; without one, the tutorial's with a common name of its own.

        AWS allows ten authorities with one subject in an account.

        Raises:
            BadUseError: a subject that no certificate may have.
        """
        text = (
            self.subject
            if self.subject is not None
            else f"{subject.TUTORIAL}/CN=Zymkey CA {secrets.token_hex(4)}"
        )
        try:
            return subject_name(subject.parse(text))
        except UnfitName as error:
            raise BadUseError(f"--subject: {error}") from None


def create(folder: Path, wanted: Wanted, passphrase_file: Path | None, *, force: bool) -> AuthorityFiles:
    """Make an authority in `folder`: key (0600), certificate, and the certificate again.

    Raises:
        BadUseError: files in the way without `force`, or a subject that no certificate may have.
    """
    key_file, certificate_file, same = (folder / name for name in (KEY, CERTIFICATE, SAME_CERTIFICATE))
    files.refuse_existing([key_file, certificate_file, same], force=force)
    name = wanted.name()
    key = generate_key(wanted.algorithm)
    certificate = authority_certificate(key, name, timedelta(days=wanted.days))
    files.write(key_file, key_pem(key, passphrase_file), files.PRIVATE)
    for path in (certificate_file, same):
        files.write(path, pem(certificate).encode())
    return AuthorityFiles(
        certificate_id(certificate),
        certificate.subject.rfc4514_string(),
        certificate.not_valid_after_utc.isoformat(),
        *map(str, (key_file, certificate_file, same)),
    )
