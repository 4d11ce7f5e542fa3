"""How many calls each contender makes to register one device, by operation."""

from collections import Counter
from collections.abc import Sequence

from benchmarks.calls import Call
from benchmarks.contenders import Contender
from benchmarks.sheet import Sheet


def counted(
    calls: Sequence[Call], contenders: Sequence[Contender], devices: int
) -> dict[str, dict[str, float]]:
    """Give the calls per device by contender and operation; `devices` is how many each of them registered."""
    counts = Counter((call.caller, call.operation) for call in calls)
    operations = sorted({call.operation for call in calls if call.operation})
    return {
        each.name: {
            operation: counts[each.function, operation] / devices
            for operation in operations
            if counts[each.function, operation]
        }
        for each in contenders
    }


def sheet(counts: dict[str, dict[str, float]]) -> Sheet:
    """Put operations into rows and contenders into columns, with the sum of the calls in the last row."""
    operations = sorted({operation for each in counts.values() for operation in each})
    rows = [
        [operation, *(f"{each.get(operation, 0):g}" for each in counts.values())] for operation in operations
    ]
    rows.append(["all", *(f"{sum(each.values()):g}" for each in counts.values())])
    return Sheet(
        title="Calls to AWS per device",
        columns=["operation", *counts],
        rows=rows,
        note="Counted by the local AWS while devices came one at a time, without those of Lambda's poller.",
        figures=counts,
    )
