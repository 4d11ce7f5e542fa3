"""A certificate's DER, taken out of a piece of PEM."""

import base64
import re

from adoption.unfit import UnfitCertificate
from jitr.bulk.candidate import LONGEST
from jitr.bulk.kind import CERTIFICATES

BLOCK = re.compile(
    rf"-----BEGIN ({'|'.join(CERTIFICATES.labels)})-----(?P<body>[^-]*)-----END \1-----",
)


def certificate_der(text: str) -> bytes:
    """Take the PEM off.

    Raises:
        UnfitCertificate: it is not one whole PEM block of a certificate.
    """
    block = BLOCK.search(text)
    if block is None:
        raise UnfitCertificate("malformed", _fault(text))
    try:
        return base64.b64decode("".join(block["body"].split()), validate=True)
    except ValueError:
        raise UnfitCertificate("malformed", "what stands between BEGIN and END is not base64") from None


def _fault(text: str) -> str:
    if "-----BEGIN" not in text:
        return "no certificate (PEM) here"
    if "-----END" not in text:
        return f"begins and does not end, within {LONGEST // 1024} KiB at least"
    return "is no whole certificate in PEM form"
