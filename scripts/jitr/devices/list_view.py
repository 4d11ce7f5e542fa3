"""The list as people and programs read it; neither needs it whole."""

import json
import sys
from itertools import chain, islice

from jitr.devices.listing import Listed, Listing
from jitr.output import note, print_table, printable

A_PAGE = 100
"""Rows of one table: its columns are as wide as these need."""
HEADINGS = ("thing", "state", "authority", "registered", "expires", "certificate id")


def print_list(listing: Listing, limit: int | None) -> None:
    """Print tables, and how to go on."""
    devices = listing.devices(limit)
    headings = (*HEADINGS, "AWS IoT") if listing.wanted.with_aws else HEADINGS
    shown = 0
    while rows := [_row(each) for each in islice(devices, A_PAGE)]:
        print_table(headings, rows)
        shown += len(rows)
    if not shown:
        note("no certificate of that kind is recorded")
    if listing.next is not None:
        note(f"there may be more: --next {listing.next}, or --all")


def print_json_list(listing: Listing, limit: int | None) -> None:
    """Write one JSON object, a device at a time."""
    write = sys.stdout.write
    devices = listing.devices(limit)
    first = list(islice(devices, 1))  # what is wrong with the call is said before anything is written
    write('{"devices": [')
    for number, each in enumerate(chain(first, devices)):
        write((",\n" if number else "\n") + json.dumps(each.fields()))
    write(f'\n], "next": {json.dumps(listing.next)}}}\n')


def _row(each: Listed) -> list[str]:
    record = each.record
    row = [
        printable(record.thing_name) if record else "-",
        record.state.value if record else "unreadable",
        each.authority,
        f"{record.registered_at:%Y-%m-%d}" if record and record.registered_at else "-",
        f"{record.not_after:%Y-%m-%d}" if record else "-",
        each.certificate_id,
    ]
    return [*row, _status(each)] if each.asked else row


def _status(each: Listed) -> str:
    return f"{each.status or 'not seen'}{'  (differs)' if each.differs else ''}"
