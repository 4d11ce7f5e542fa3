"""What is looked for in files, folders and streams: certificates, or requests for them."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

TABLE = ".csv"


@dataclass(frozen=True)
class Kind:
    """One kind of PEM, and how it lies about.

    `plural` names it in sentences; `labels` are those of its PEM; `suffixes` are read of a folder, in which
    keys and notes may lie as well; files with a suffix among `sure` are nothing else. `der_command` turns DER
    into PEM. A request lies `alone` in its file and is judged with all that stands around it, a private key
    for one; certificates are picked out of whatever they come in.
    """

    plural: str
    labels: tuple[str, ...]
    suffixes: Collection[str]
    der_command: str
    instead: str
    sure: Collection[str] = ()
    alone: bool = False

    @property
    def noun(self) -> str:
        """Name one of it."""
        return self.plural.removesuffix("s")

    @cached_property
    def beginnings(self) -> tuple[bytes, ...]:
        """The lines with which its PEM begins."""
        return tuple(f"-----BEGIN {label}-----".encode() for label in self.labels)

    def begins_in(self, text: bytes) -> int:
        """Count the blocks of this kind that begin in a text."""
        return sum(text.count(beginning) for beginning in self.beginnings)


CERTIFICATES = Kind(
    plural="certificates",
    labels=("CERTIFICATE", "X509 CERTIFICATE"),  # the second is older software's (RFC 7468, 5.1)
    suffixes={".pem", ".crt", ".cer", ".cert", TABLE},
    der_command="openssl x509 -inform der",
    instead="perhaps a key or a request",
)
REQUESTS = Kind(
    plural="requests",
    labels=("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),  # the second is older software's (RFC 7468, 7)
    suffixes={".csr", ".req", ".p10", ".pem", TABLE},
    der_command="openssl req -inform der",
    instead="perhaps a key or a certificate",
    sure={".csr", ".req", ".p10"},
    alone=True,
)
