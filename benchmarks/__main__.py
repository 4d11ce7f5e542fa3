"""`make bench`: every measurement in one run on one machine, the contenders taking turns."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import burst, calls_per_device, one_by_one, plot, results, weight
from benchmarks.contenders import making
from benchmarks.function import clearing, cold_start, packages
from benchmarks.sheet import Sheet
from benchmarks.site import Site


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    alone: int
    """Devices per contender that come one at a time."""
    burst: int
    """Devices per contender that come at once."""
    bursts: int
    starts: int
    clearings: int


def main() -> None:
    """Measure, print, and write what the run leaves behind."""
    sizes, console, sheets = asked_for(), results.console(), []
    with tempfile.TemporaryDirectory() as folder, Site.open(Path(folder)) as site:
        for sheet in measured(site, Path(folder), sizes):
            results.show(sheet, console)
            sheets.append(sheet)
    results.keep(sheets, results.Circumstances.now(" ".join(["python -m benchmarks", *sys.argv[1:]])))
    plot.draw(sheets[0].figures, sheets[1].figures, results.PLOT)


def measured(site: Site, folder: Path, sizes: Sizes) -> Iterator[Sheet]:
    """Measure one thing after the other; time to ACTIVE and the burst come first."""
    contenders = making.every_contender(site)
    series = one_by_one.measure(site, contenders, sizes.alone)
    yield one_by_one.sheet(series)
    yield burst.sheet(burst.measure(site, contenders, sizes.burst, sizes.bursts), sizes.burst)
    calls = site.calls.between(series.begun, series.ended)
    yield calls_per_device.sheet(calls_per_device.counted(calls, contenders, sizes.alone))
    functions = [each.unpacked(folder / each.name) for each in packages.of(site)]
    node = cold_start.measure_node(packages.NODE_FUNCTION, sizes.starts)
    yield cold_start.sheet(cold_start.measure(functions, sizes.starts), node, sizes.starts)
    yield clearing.sheet(clearing.measure(functions, sizes.clearings), sizes.clearings)
    yield weight.of_functions(packages.sizes(site))
    yield weight.of_templates()


def asked_for() -> Sizes:
    """Read the command line; the defaults are what the results page shows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--alone", type=int, default=100, help="devices that come one at a time (default 100)"
    )
    parser.add_argument("--burst", type=int, default=300, help="devices that come at once (default 300)")
    parser.add_argument("--bursts", type=int, default=3, help="bursts per contender (default 3)")
    parser.add_argument("--starts", type=int, default=10, help="cold starts per function (default 10)")
    parser.add_argument("--clearings", type=int, default=5, help="runs of a hundred batches (default 5)")
    return Sizes(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
