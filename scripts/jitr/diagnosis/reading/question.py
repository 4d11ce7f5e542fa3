"""What a person asks about: the name of a thing, the id of a certificate, or its file."""

import re
from pathlib import Path

from contract import CERTIFICATE_ID
from jitr.diagnosis.facts import Kind, Question
from jitr.diagnosis.leaf import Leaf, read_leaf
from jitr.failure import BadUseError
from jitr.files import read
from registry import NAME

CERTIFICATE = re.compile(
    rf"(?:arn:[\w-]+:iot:[\w-]+:\d{{12}}:cert/)?(?P<id>{CERTIFICATE_ID.pattern})", re.IGNORECASE
)
FILES = (".crt", ".pem", ".cer", ".cert")


def question(text: str, client_id: str | None = None) -> tuple[Question, Leaf | None]:
    """Tell what a text is about; of a file, read the certificate.

    Raises:
        BadUseError: it is none of the three, or a file that holds no certificate.
    """
    path = Path(text)
    if ("/" in text and not text.startswith("arn:")) or text.lower().endswith(FILES) or path.is_file():
        return Question(Kind.FILE, text, client_id), _leaf(path)
    if found := CERTIFICATE.fullmatch(text):
        return Question(Kind.CERTIFICATE, found["id"].lower(), client_id), None
    if NAME.fullmatch(text):
        return Question(Kind.THING, text, client_id), None
    raise BadUseError(
        f"{text!r:.100} is no name of a thing (letters, digits and :_- only), no certificate id (64 hex "
        "digits) and no file"
    )


def _leaf(path: Path) -> Leaf:
    leaf = read_leaf(read(path).decode("utf-8", "replace"))
    if leaf is None:
        raise BadUseError(f"{path}: holds no certificate in PEM form that can be read")
    return leaf
