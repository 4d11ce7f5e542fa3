"""Messages that one function clears in a second when AWS answers at once: what its own code costs."""

from collections.abc import Mapping, Sequence

from benchmarks.contenders import FLOOR
from benchmarks.figures import median, ratios
from benchmarks.function.package import Unpacked
from benchmarks.sheet import Sheet


def measure(functions: Sequence[Unpacked], rounds: int) -> dict[str, float]:
    """Let each function clear full batches, in turn; give the medians of messages per processor second."""
    seen: dict[str, list[float]] = {each.package.name: [] for each in functions}
    for _ in range(rounds):
        for each in functions:
            cleared = each.probe("clear")
            seen[each.package.name].append(cleared["messages"] / cleared["processor seconds"])
    return {name: median(rates) for name, rates in seen.items()}


def sheet(rates: Mapping[str, float], rounds: int) -> Sheet:
    """Give the rates, the milliseconds of processor time per message, and ratios to the floor."""
    to_floor = ratios(rates, FLOOR)
    return Sheet(
        title="Messages that one function clears when AWS answers at once",
        columns=["", "messages per second", "CPU ms per message", "to the floor's"],
        rows=[
            [name, f"{rate:.0f}", f"{1000 / rate:.2f}", f"{to_floor[name]:.2f}"]
            for name, rate in rates.items()
        ],
        note="Full batches of ten, in process, botocore answered from its before-send event; per second of "
        "processor time, so that nothing else on the machine counts. "
        f"Medians of {rounds} runs of a hundred batches.",
        figures={name: {"messages_per_second": rates[name], "to_floor": to_floor[name]} for name in rates},
    )
