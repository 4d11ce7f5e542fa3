"""The scenarios, in the order in which they are played."""

from collections.abc import Callable, Mapping

from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.scenarios.crowd import crowd, once
from benchmarks.soak.scenarios.duplicates import duplicates
from benchmarks.soak.scenarios.failing import faults, kills
from benchmarks.soak.scenarios.outsiders import outsiders
from benchmarks.soak.scenarios.poison import poison
from benchmarks.soak.scenarios.thief import flood, stolen
from benchmarks.soak.watch import Watch

Scenario = Callable[[Ground, Watch], list[Check]]

SCENARIOS: Mapping[str, Scenario] = {
    scenario.__name__: scenario
    # `once` comes before `stolen`, which is compared with it; and what makes many certificates comes last,
    # since the local broker goes through all that it knows in every handshake.
    for scenario in (crowd, once, faults, duplicates, kills, outsiders, poison, stolen, flood)
}
