"""`requirements-deploy.txt` is enough for a deploy and its smoke test, at the gate's versions."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))  # None: importing them fails as if they were not there
import jitr.main, jitr.smoke.run, jitr.trial.device_run, jitr_stack.environments, jitr_stack.stage
"""
OWN = {"aws-iot-jitr"}


def locked(name: str) -> set[str]:
    """Name and version of each package in a lock file."""
    return set(re.findall(r"^([a-z0-9-]+==[\w.]+)", (ROOT / name).read_text(), re.MULTILINE))


def modules_of_others(lock: str) -> list[str]:
    """The modules that are installed here, and would not be by the lock file."""
    kept = {pin.partition("==")[0] for pin in locked(lock)} | OWN
    return [
        module
        for module, distributions in packages_distributions().items()
        if not kept & {re.sub(r"[._]", "-", name).lower() for name in distributions}
    ]


def imported_without(modules: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *modules], capture_output=True, text=True, check=False
    )


def test_what_a_deploy_and_its_smoke_test_import_is_in_it() -> None:
    assert imported_without(modules_of_others("requirements-deploy.txt")).stderr == ""


def test_what_is_missing_would_be_found() -> None:
    done = imported_without(modules_of_others("requirements.txt"))

    assert "import of awscrt halted" in done.stderr


def test_its_versions_are_those_that_the_gate_tries() -> None:
    assert locked("requirements.txt") < locked("requirements-deploy.txt") < locked("requirements-dev.txt")
