"""A TPM 2.0 in software: swtpm, with a key that was made inside it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

HANDLE = "0x81010001"


@contextmanager
def software_tpm(folder: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run one; the environment in which tools find it."""
    port = _two_free_ports()
    (folder / "tpm").mkdir()
    command = [
        *["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder / 'tpm'}"],
        *["--server", f"type=tcp,port={port}", "--ctrl", f"type=tcp,port={port + 1}"],
        *["--flags", "not-need-init,startup-clear"],
    ]
    address = f"swtpm:host=127.0.0.1,port={port}"
    with subprocess.Popen(command) as running:
        try:
            _await(port + 1)
            yield {**environment, "TPM2TOOLS_TCTI": address, "TPM2OPENSSL_TCTI": address}
        finally:
            running.terminate()


def hold_key(folder: Path, environment: Mapping[str, str]) -> None:
    """Make a P-256 key inside the TPM and keep it there under `HANDLE`.

    There is no resource manager between, so each context is flushed before the next command.
    """
    for line in (
        "tpm2_createprimary -Q -C o -c primary.ctx",
        "tpm2_create -Q -C primary.ctx -G ecc256 -u key.pub -r key.priv",
        "tpm2_flushcontext -t",
        "tpm2_load -Q -C primary.ctx -u key.pub -r key.priv -c key.ctx",
        "tpm2_flushcontext -t",
        f"tpm2_evictcontrol -Q -C o -c key.ctx {HANDLE}",
        "tpm2_flushcontext -t",
    ):
        subprocess.run(line.split(), cwd=folder, env=environment, check=True, capture_output=True, timeout=60)


def _two_free_ports() -> int:
    """The first of two in a row: the TPM's libraries look for the control port right after the other."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one:
            port = int(one.getsockname()[1])
            with suppress(OSError, OverflowError), socket.create_server(("127.0.0.1", port + 1)):
                return port


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=10):
            return
        time.sleep(0.02)
    raise TimeoutError("swtpm does not listen")
