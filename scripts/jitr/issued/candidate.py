"""What may be a certificate, on its way from a file to a record."""

import base64
import re
from dataclasses import dataclass

from adoption.unfit import UnfitCertificate

LABELS = ("CERTIFICATE", "X509 CERTIFICATE")  # the second is older software's (RFC 7468, 5.1)
LONGEST = 64 * 1024
"""Bytes of PEM; a device's certificate has one or two thousand."""
BLOCK = re.compile(
    rf"-----BEGIN ({'|'.join(LABELS)})-----(?P<body>[^-]*)-----END \1-----",
)


@dataclass(frozen=True)
class Candidate:
    """A piece of PEM, and where it stands: file and line, or row."""

    place: str
    text: str

    def der(self) -> bytes:
        """Take the PEM off.

        Raises:
            UnfitCertificate: it is not one whole PEM block of a certificate.
        """
        block = BLOCK.search(self.text)
        if block is None:
            raise UnfitCertificate("malformed", self._fault())
        try:
            return base64.b64decode("".join(block["body"].split()), validate=True)
        except ValueError:
            raise UnfitCertificate("malformed", "what stands between BEGIN and END is not base64") from None

    def _fault(self) -> str:
        if "-----BEGIN" not in self.text:
            return "no certificate (PEM) here"
        if "-----END" not in self.text:
            return f"begins and does not end, within {LONGEST // 1024} KiB at least"
        return "is no whole certificate in PEM form"


@dataclass(frozen=True)
class Unreadable:
    """A file of which nothing, or nothing more, can be read."""

    place: str
    message: str
