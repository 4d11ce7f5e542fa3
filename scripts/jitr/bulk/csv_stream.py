"""Certificates or requests out of a table (CSV) with a column of PEM."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from jitr.bulk.candidate import LONGEST, Candidate, Unreadable
from jitr.bulk.kind import Kind

DELIMITERS = ",;\t|"
HEADED = 2
"""The PEM begins in the first row, or under a row of headings."""


def read_csv(stream: BinaryIO, name: str, kind: Kind) -> Iterator[Candidate | Unreadable]:
    r"""Give what stands in each row, of the first column that holds PEM of this kind.

    The delimiter is what the first line has most of: , ; | or a tab. Line breaks inside a value may be
    quoted, written as \n, or left out.
    """
    csv.field_size_limit(LONGEST)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    try:
        yield from _read(text, name, kind)
    finally:
        text.detach()  # which would close the stream with itself


def _read(text: io.TextIOWrapper, name: str, kind: Kind) -> Iterator[Candidate | Unreadable]:
    rows = _rows(text)
    column: int | None = None
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            if column is None:
                column = _column(row, kind)
            if column is not None:
                cell = row[column] if column < len(row) else ""
                yield Candidate(f"{name}: row {number}", cell.replace("\\r", "").replace("\\n", "\n"))
            elif number == HEADED:
                break
    except csv.Error as error:
        yield Unreadable(f"{name}: row {number + 1}", f"{error}; nothing after it was read")
    else:
        if column is None:
            yield Unreadable(name, f"no column of {kind.plural} (PEM) in its first two rows")


def _rows(text: io.TextIOWrapper) -> Iterator[list[str]]:
    first = text.readline(LONGEST)
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(_from(first, text), delimiter=delimiter, strict=True)
    return (row for row in reader if any(row))


def _from(first: str, rest: io.TextIOWrapper) -> Iterator[str]:
    yield first
    while line := rest.readline(LONGEST):
        yield line


def _column(row: Sequence[str], kind: Kind) -> int | None:
    return next((number for number, cell in enumerate(row) if kind.begins_in(cell.encode())), None)
