"""From what a person writes, a thing, a certificate id or a file, to the certificates that are meant."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import registry
from contract import CERTIFICATE_ID
from jitr.devices.desk import Desk
from jitr.failure import BadUseError, FailureError
from jitr.files import read
from records.record import InvalidRecord, IssuanceRecord

FORMERS = 20
"""How many certificates of a thing are followed back."""
STANDARD_INPUT = Path("-")
LARGEST_LIST = 64 << 20
"""Bytes: half a million certificate ids."""


@dataclass(frozen=True)
class Named:
    """One thing or certificate as it was named; of `certificate_id` and `thing_name` one is None."""

    word: str
    certificate_id: str | None = None
    thing_name: str | None = None


def named(word: str) -> Named:
    """Read one word; a file whose name might be a thing's is meant by its path only (`./pump-1`).

    Raises:
        BadUseError: it is neither a file with a certificate, a certificate id, nor a thing's name.
    """
    if CERTIFICATE_ID.fullmatch(word):
        return Named(word, certificate_id=word)
    if registry.NAME.fullmatch(word):
        return Named(word, thing_name=word)
    if not Path(word).is_file():
        raise BadUseError(f"{word!r:.200}: is no thing's name, no certificate id, and no file that is there")
    return Named(word, certificate_id=_of_file(Path(word)))


def several(words: Sequence[str], listed: Path | None) -> list[Named]:
    """Read words, and those of a file (`-`: standard input), one in a line; each once.

    Raises:
        BadUseError: none at all, or one that cannot be meant.
    """
    from_file = list(_lines(listed)) if listed else []
    found = [named(word) for word in dict.fromkeys((*words, *from_file))]
    if not found:
        raise BadUseError("name a thing, a certificate id or a certificate's file, or give --from-file")
    return found


def certificates(desk: Desk, name: Named, waiting: Sequence[str] = ()) -> list[str]:
    """Give the ids of the certificates that are meant: by a thing's name, all that it has.

    Those are the one that holds it, those that this one is about to replace, and what AWS IoT has attached;
    and `waiting`, those that were signed for it and are known not to have come (`never_came`).

    Raises:
        FailureError: the thing has none.
    """
    if name.certificate_id is not None:
        return [name.certificate_id]
    holder = holder_of(desk, str(name.thing_name))
    recorded = [holder.certificate_id, *holder.replaces] if holder else []
    attached = desk.certificates.certificates_of(str(name.thing_name))
    found = list(dict.fromkeys((*recorded, *attached, *waiting)))
    if not found:
        raise FailureError(f"thing {name.thing_name} has no certificate, by the records and by AWS IoT")
    return found


def one_certificate(desk: Desk, name: Named) -> str:
    """Give the id of the certificate that is meant: by a thing's name, the one that holds it.

    Raises:
        FailureError: the thing has none.
    """
    if name.certificate_id is not None:
        return name.certificate_id
    holder = holder_of(desk, str(name.thing_name))
    if holder is None:
        return certificates(desk, name)[0]
    return holder.certificate_id


def of_thing(desk: Desk, thing_name: str) -> list[str]:
    """Give the ids of a thing's certificates: its holder, those that had it before, those at AWS IoT.

    Raises:
        FailureError: a record of them cannot be read.
    """
    ids: dict[str, None] = {}
    holder = holder_of(desk, thing_name)
    while holder is not None and holder.certificate_id not in ids and len(ids) < FORMERS:
        ids |= dict.fromkeys((holder.certificate_id,))
        holder = record_of(desk, holder.former) if holder.former else None
    return list(ids | dict.fromkeys(desk.certificates.certificates_of(thing_name)))


def holder_of(desk: Desk, thing_name: str) -> IssuanceRecord | None:
    """Read the record of the certificate that has a thing.

    Raises:
        FailureError: it cannot be read.
    """
    try:
        return desk.records.holder(thing_name)
    except InvalidRecord as invalid:
        raise FailureError(f"{invalid} Name the certificate instead of the thing.") from None


def record_of(desk: Desk, certificate_id: str) -> IssuanceRecord | None:
    """Read a certificate's record.

    Raises:
        FailureError: it cannot be read.
    """
    try:
        return desk.records.find(certificate_id)
    except InvalidRecord as invalid:
        raise FailureError(str(invalid)) from None


def _of_file(path: Path) -> str:
    from jitr.pem import read_certificate  # noqa: PLC0415  cryptography takes longer than most look-ups
    from pki.identity import certificate_id  # noqa: PLC0415

    return certificate_id(read_certificate(path))


def _lines(path: Path) -> Iterator[str]:
    text = sys.stdin.buffer.read() if path == STANDARD_INPUT else read(path, LARGEST_LIST)
    for line in text.decode("utf-8", "replace").splitlines():
        word = line.partition("#")[0].strip()
        if word:
            yield word
