"""The proxy as a process of its own: started, steered and ended."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.proxy.settings import Settings
from jitr.local import LocalAws
from jitr.local.ports import LOOPBACK, choose
from jitr.options import CHECKOUT

PATIENCE = 20.0  # seconds to come up
CHECKED_EVERY = 0.02  # seconds
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class RunningProxy:
    """A proxy that runs; `url` is what the function's AWS_ENDPOINT_URL must be."""

    port: int
    control_port: int
    journal: Path

    @property
    def url(self) -> str:
        """Where the function's calls go."""
        return f"http://{LOOPBACK}:{self.port}"

    def use(self, settings: Settings) -> None:
        """Change its settings.

        Raises:
            OSError: it is not there, or takes no such settings.
        """
        body = json.dumps(settings.fields()).encode()
        self._control(urllib.request.Request(self._settings_url, body, method="PUT"))  # noqa: S310  our own

    def settings(self) -> Settings:
        """Read its settings.

        Raises:
            OSError: it is not there.
        """
        return Settings.read(self._control(urllib.request.Request(self._settings_url)))  # noqa: S310  our own

    @property
    def _settings_url(self) -> str:
        return f"http://{LOOPBACK}:{self.control_port}/settings"

    @staticmethod
    def _control(request: urllib.request.Request) -> dict[str, Any]:
        with DIRECT.open(request, timeout=5) as answer:
            fields: dict[str, Any] = json.load(answer)
            return fields


@contextmanager
def proxy(aws: LocalAws, folder: Path) -> Iterator[RunningProxy]:
    """Start a proxy to a local AWS, wait until it answers, and end it at last.

    Args:
        aws: that calls are handed on to.
        folder: takes `calls.jsonl` and `proxy.log`.

    Raises:
        RuntimeError: with what it said, when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = choose(None)
    running = RunningProxy(ports.gateway, ports.mqtt, folder / "calls.jsonl")
    command = [
        *(sys.executable, "-m", "benchmarks.proxy"),
        *("--port", str(running.port), "--control-port", str(running.control_port)),
        *("--upstream", aws.endpoint_url, "--ca", str(aws.certificate), "--journal", str(running.journal)),
    ]
    log = folder / "proxy.log"
    with log.open("wb") as said:
        child = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        _await_answer(running, child, log)
        yield running
    finally:
        child.terminate()
        child.wait(timeout=PATIENCE)


def _await_answer(running: RunningProxy, child: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.poll() is None:
        try:
            running.settings()
        except OSError:
            time.sleep(CHECKED_EVERY)
        else:
            return
    raise RuntimeError(f"the proxy did not come up: {log.read_text(errors='replace')[-2000:]}")
