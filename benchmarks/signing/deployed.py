"""Signing by the deployed authority, with KMS as strict as AWS's, at a rate that one machine reaches."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fleet.deployment import AUTHORITY, deployed_environment
from benchmarks.proxy.faults import Faults
from benchmarks.proxy.journal import Call, Tail
from benchmarks.proxy.process import RunningProxy, proxy
from benchmarks.proxy.settings import Settings
from benchmarks.sheet import Sheet
from benchmarks.signing.lot import Factory
from benchmarks.signing.spent import Spent, spent
from contract import Output
from jitr import deployed
from jitr.target import Target

ENVIRONMENT = "signing"
CALLS = 4
"""Calls of the function at once: each is a process of this machine."""
SLOW = Faults(delay=1.0, longest_delay=0.02)
"""Every call to AWS takes up to 20 ms longer than here."""
TEXT = f"""
local = true
account = "000000000000"
region = "us-east-1"
removal = "destroy"
log_retention_days = 1
delete_authorities_with_certificates = true
[quotas]
kms_sign = %s
[authorities.{AUTHORITY}]
custody = "kms"
"""


@dataclass(frozen=True)
class Run:
    """A lot, and what KMS saw of it."""

    quota: float
    spent: Spent
    signs: list[Call]

    @property
    def granted(self) -> list[Call]:
        """Signatures that KMS made."""
        return [call for call in self.signs if call.done]

    @property
    def rate(self) -> float:
        """Signatures a second, from the first to the last."""
        moments = [call.at for call in self.granted]
        return (len(moments) - 1) / (max(moments) - min(moments))

    @property
    def throttled(self) -> int:
        """Calls that KMS turned away."""
        return sum(call.throttled for call in self.signs)


@dataclass(frozen=True)
class Ground:
    """The deployed function behind a proxy that keeps KMS's quota."""

    target: Target
    proxy: RunningProxy
    folder: Path

    def run(self, factory: Factory, name: str, numbers: range, quota: float) -> Run:
        """Sign some of the factory's requests, and read what KMS was asked."""
        self.proxy.use(Settings(rates={"Sign": quota}, faults=SLOW))
        tail = Tail(self.proxy.journal, from_end=True)
        lot = self.folder / name
        lot.mkdir()
        for number in numbers:
            (lot / f"{name}-{number}.csr").symlink_to(factory.file(number))
        command: list[str | Path] = [
            *(sys.executable, "-c", "from jitr.main import main; main()"),
            *("sign", "--out", self.folder / f"{name}-certificates", "--jobs", str(CALLS), lot),
        ]
        took = spent([command], len(numbers), self.folder, self._environment())
        signs = [call for call in tail.new() if (call.service, call.operation) == ("kms", "Sign")]
        return Run(quota, took, signs)

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "JITR_LOCAL": str(self.folder / "ground" / "aws"),
            "JITR_ENVIRONMENT": ENVIRONMENT,
            "JITR_ENVIRONMENTS": str(self.folder / "ground" / "environments"),
        }


@contextmanager
def ground(folder: Path, quota: float) -> Iterator[Ground]:
    """Deploy an environment whose share of KMS's quota is `quota`, and gone afterwards."""
    with deployed_environment(folder / "ground", ENVIRONMENT, TEXT % quota) as target:
        if target.local is None:
            raise RuntimeError(f"{ENVIRONMENT} is not on this machine")
        with proxy(target.local, folder / "proxy") as running:
            _call_through(target, running.url)
            yield Ground(target, running, folder)


def measure(factory: Factory, folder: Path, requests: int, quota: float) -> Sheet:
    """Sign one lot with the quota as the environment says, and one with half of it taken by somebody else."""
    with ground(folder, quota) as here:
        alone = here.run(factory, "alone", range(requests), quota)
        crowded = here.run(factory, "crowded", range(requests, 2 * requests), quota / 2)
    runs = {"KMS grants what the environment counts on": alone, "KMS grants half of it": crowded}
    return Sheet(
        title="Certificates by the deployed authority, key in KMS",
        columns=[
            "",
            "quota",
            "signatures a second",
            "of it",
            "throttled",
            "certificates",
            "signatures",
        ],
        rows=[
            [
                name,
                f"{run.quota:g}",
                f"{run.rate:.1f}",
                f"{run.rate / run.quota:.0%}",
                str(run.throttled),
                str(run.spent.certificates),
                str(len(run.granted)),
            ]
            for name, run in runs.items()
        ],
        note=f"{requests} requests each, `--jobs {CALLS}`. A proxy between function and local AWS "
        "turns away what goes beyond KMS's quota and makes every call up to 20 ms slower. AWS's quota "
        "is 1,000 a second; here it is what the functions of one small machine can ask for.",
        figures={
            name: {"quota": run.quota, "rate": run.rate, "throttled": run.throttled}
            for name, run in runs.items()
        },
    )


def _call_through(target: Target, url: str) -> None:
    """Make the issuance function's calls to AWS go through the proxy."""
    client = target.session.client("lambda")
    name = deployed.output(target, Output.ISSUANCE_FUNCTION)
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables | {"AWS_ENDPOINT_URL": url}}
    )
