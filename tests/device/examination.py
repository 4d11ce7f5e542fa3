"""What `doctor --json` found on a device."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.device.held_key import Device


@dataclass(frozen=True)
class Examined:
    """The exit code, and each check's verdict and words."""

    code: int
    verdicts: dict[str, str]
    words: dict[str, str]


def examined(device: Device, *options: str, **variables: str) -> Examined:
    done = device.doctor("--json", *options, *device.key_options, **variables)
    assert done.stdout, done.stderr
    checks = json.loads(done.stdout)["checks"]
    return Examined(
        done.returncode,
        {each["check"]: each["verdict"] for each in checks},
        {each["check"]: f"{each['text']} -> {each['advice']}" for each in checks},
    )
