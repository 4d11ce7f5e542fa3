"""Running openssl, curl and mosquitto_pub."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .errors import DeviceError

DEBIAN_PACKAGES = {"openssl": "openssl", "curl": "curl", "mosquitto_pub": "mosquitto-clients"}

# Variables that lead engines and tokens to files. Tools run in a folder of their own, so a relative path
# in one of them has to be made absolute first.
PATH_VARIABLES = ("OPENSSL_CONF", "OPENSSL_ENGINES", "PKCS11_MODULE_PATH", "SOFTHSM2_CONF")


@dataclass(frozen=True)
class Finished:
    """How a tool ended; `exit_code` is None when it was stopped after its time, negative for a signal."""

    exit_code: Optional[int]
    output: str
    errors: str

    @property
    def text(self) -> str:
        """Everything that the tool said."""
        return f"{self.output}\n{self.errors}".strip()


def run(
    command: Sequence[str],
    *,
    folder: Path,
    timeout: float,
    environment: Optional[Mapping[str, str]] = None,
    given: bytes = b"",
) -> Finished:
    """Run a tool in `folder` for at most `timeout` seconds; DeviceError when it is not installed.

    It gets `given` on its stdin and no terminal: an engine that wants to ask for a PIN must fail rather
    than wait for somebody.
    """
    try:
        ended = subprocess.run(
            list(command),
            cwd=folder,
            env=_environment(environment or {}),
            input=given,
            capture_output=True,
            timeout=timeout,
            start_new_session=True,
            check=False,
        )
    except FileNotFoundError:
        package = DEBIAN_PACKAGES.get(command[0], command[0])
        raise DeviceError(
            f"{command[0]} is not installed here: install it (Debian package {package})"
        ) from None
    except subprocess.TimeoutExpired as stopped:
        return Finished(None, _text(stopped.stdout), _text(stopped.stderr))
    return Finished(ended.returncode, _text(ended.stdout), _text(ended.stderr))


def _environment(additional: Mapping[str, str]) -> dict[str, str]:
    environment = {**os.environ, **additional, "LC_ALL": "C"}  # messages are read, so they must be English
    for name in PATH_VARIABLES:
        if environment.get(name):
            environment[name] = os.path.abspath(environment[name])  # noqa: PTH100  # keeps symbolic links
    return environment


def _text(said: Optional[bytes]) -> str:
    return (said or b"").decode("utf-8", "replace").strip()
