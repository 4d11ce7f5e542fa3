"""Where scenarios are played: the deployed environment, its fleet's authority, and the proxy."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.fleet.connection import Device, devices
from benchmarks.fleet.deployment import AUTHORITY, deployed_environment
from benchmarks.fleet.identity import Signer
from benchmarks.fleet.recording import record
from benchmarks.proxy.buckets import DEFAULT_RATES
from benchmarks.proxy.faults import Faults
from benchmarks.proxy.process import RunningProxy, proxy
from benchmarks.proxy.settings import Settings
from benchmarks.soak.function import RegistrationFunction
from benchmarks.soak.queues import Queues
from jitr.target import Target

ENVIRONMENT = "soak"
SPARE = 60.0
"""Seconds beyond what the quota alone takes, after which a scenario gives up: a cold start, a few retries."""
SLACK = 3
"""How many times what the quota alone takes a scenario waits; whether it was too slow is another question."""


@dataclass(frozen=True)
class Ground:
    """Everything that a scenario needs."""

    target: Target
    signer: Signer
    proxy: RunningProxy
    queues: Queues
    function: RegistrationFunction
    scale: float
    fleets: Iterator[int] = field(default_factory=itertools.count)
    """Numbers that keep the names of fleets apart: a thing has one certificate."""
    plain_rates: dict[int, float] = field(default_factory=dict)
    """Devices per second by the size of a fleet that came in undisturbed, once each."""
    share: float = 1.0
    """Of AWS's default quotas, that the account has and the function keeps to."""

    @property
    def quota(self) -> float:
        """Devices a second that the account lets in: each needs one UpdateCertificate."""
        return DEFAULT_RATES["UpdateCertificate"] * self.share

    def calls(self, faults: Faults | None = None) -> None:
        """Let the function's calls through at the quotas, with faults if there are to be any."""
        rates = {operation: rate * self.share for operation, rate in DEFAULT_RATES.items()}
        self.proxy.use(Settings(rates, faults or Faults()))

    @contextmanager
    def with_share(self, share: float) -> Iterator["Ground"]:
        """Give the same ground in an account with a share of the default quotas."""
        with self.function.at_share(share):
            yield replace(self, share=share, plain_rates={})

    def scaled(self, count: int) -> int:
        """Give the size of a fleet at this scale; two devices at least, or there is no rate."""
        return max(2, round(count * self.scale))

    def fleet(self, label: str, count: int) -> list[Device]:
        """Make genuine devices: signed by the authority, and recorded."""
        made = self.strays(label, count)
        record(self.target, [device.identity for device in made], self.signer.id)
        return made

    def strays(self, label: str, count: int) -> list[Device]:
        """Make devices with certificates that a thief signed with the authority's key: no record has them."""
        fleet = next(self.fleets)
        names = (f"{label}-{fleet}-{number}" for number in range(count))
        return devices(self.target, self.signer.sign(names))

    def patience(self, count: int) -> float:
        """Give the seconds that a scenario waits for `count` devices."""
        return SPARE + SLACK * count / self.quota


@contextmanager
def ground(folder: Path, scale: float) -> Iterator[Ground]:
    """Deploy, and put the proxy before the registration function; all of it ends with the block."""
    with deployed_environment(folder, ENVIRONMENT) as target:
        function = RegistrationFunction.of(target)
        with proxy(function.aws, folder / "proxy") as running:
            function.call_through(running.url)
            signer = Signer.exported(target, AUTHORITY)
            yield Ground(target, signer, running, Queues.of(target), function, scale)
