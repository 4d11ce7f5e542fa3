"""A walk through the records of an authority, a page at a time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract import RECORD_KEY
from records.reading import AT_ONCE, RecordReader
from records.state import State

if TYPE_CHECKING:
    from records.record import Item


def recorded(
    records: RecordReader, authority: str, state: State | None = None, *, after: "Item | None" = None
) -> "Iterator[tuple[Item, Item]]":
    """Give an authority's records as they are in the table, each with its key in the index.

    It holds a thousand keys and a hundred records at a time, however many there are.

    Args:
        records: the table.
        authority: its certificate id.
        state: only those that the index has in this state; None for all.
        after: the key after which to begin.

    Raises:
        UnansweredRead: DynamoDB went on leaving some out.
        botocore's errors: a call failed.
    """
    while True:
        keys, end = records.keys(authority, state, after=after)
        for start in range(0, len(keys), AT_ONCE):
            some = {key[RECORD_KEY]["S"]: key for key in keys[start : start + AT_ONCE]}
            items = records.find_items(some)
            yield from ((items[id_], key) for id_, key in some.items() if id_ in items)
        if end is None:
            return
        after = end
