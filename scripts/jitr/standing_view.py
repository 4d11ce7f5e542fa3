"""Authorities and rotations as people read them."""

from collections.abc import Sequence

from jitr.output import note, print_table
from jitr.rotation import Rotation
from jitr.standing import Standing

HEADINGS = (
    "name",
    "state",
    "custody",
    "status",
    "days left",
    "issued",
    "waiting",
    "active",
    "certificate id",
)
OTHER = "(not of this environment)"


def print_standings(found: Sequence[Standing]) -> None:
    """Print a table, and what is not as the environment's file says."""
    print_table(HEADINGS, [_row(each) for each in found])
    for each in found:
        for mismatch in each.mismatches():
            note(f"{each.name}: {mismatch}")


def print_rotation(rotation: Rotation) -> None:
    """Print where it stands, and the steps."""
    for line in rotation.standing:
        print(line)
    print(f"\n{rotation.environment}: {SUMMARY[rotation.stage]}. Next:")
    for number, step in enumerate(rotation.next, 1):
        print(f"  {number}. {step}")


SUMMARY = {
    "mismatched": "AWS is not as the environment's file says",
    "quiet": "no rotation is under way",
    "added": "a new authority is trusted and waits to sign",
    "draining": "devices still have certificates of an authority that signs no more",
    "drained": "an authority that signs no more has no devices left",
    "retired": "an authority is retired",
}


def _row(each: Standing) -> list[str]:
    fields = each.fields()
    registration = _registration(each)
    counts = each.counts
    numbers = (each.days_left, *((counts.issued, counts.waiting, counts.active) if counts else (None,) * 3))
    return [
        each.name or OTHER,
        each.state or "-",
        str(fields["custody"] or "-"),
        registration,
        *("-" if number is None else f"{number:,}" for number in numbers),
        str(fields["certificate_id"] or "-"),
    ]


def _registration(each: Standing) -> str:
    if each.registered is None:
        return "-"
    opened = "+" if each.registered.auto_registration == "ENABLE" else "-"
    return f"{each.registered.status} {opened}auto"
