"""`make bench-signing`: every way to sign a lot, in one run on one machine."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import results
from benchmarks.signing import deployed, with_files
from benchmarks.signing.lot import Factory
from jitr.options import CHECKOUT

PAGE = CHECKOUT / "benchmarks" / "signing.md"
PREFACE = """\
# What signing a lot costs

Written by `make bench-signing`; do not edit. Absolute figures are of a machine that did other things
meanwhile; read the ratios.
"""


def main() -> None:
    """Measure, print, and write the page."""
    sizes = asked_for()
    console = results.console()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        factory = Factory.of(folder / "factory", sizes.requests)
        sheets = [with_files.measure(factory, sizes.requests, sizes.tutorial, sizes.seconds)]
        results.show(sheets[0], console)
        if sizes.deployed:
            sheets.append(deployed.measure(factory, folder, sizes.deployed, sizes.quota))
            results.show(sheets[1], console)
    command = " ".join(["python -m benchmarks.signing", *sys.argv[1:]])
    openssl = subprocess.run(
        ["openssl", "version"],  # noqa: S607  wherever it is
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    circumstances = {**results.Circumstances.now(command).lines, "OpenSSL": openssl}
    parts = [
        PREFACE,
        results.Circumstances(circumstances).written(),
        "",
        *(each.written() for each in sheets),
    ]
    PAGE.write_text("\n".join(parts))


def asked_for() -> argparse.Namespace:
    """Read the command line; the defaults are what the page shows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signing", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="of the lot (default 20000)")
    parser.add_argument("--tutorial", type=int, default=300, help="signed one by one (default 300)")
    parser.add_argument("--seconds", type=int, default=3, help="of `openssl speed` (default 3)")
    parser.add_argument("--deployed", type=int, default=400, help="for the deployed authority (default 400)")
    parser.add_argument("--quota", type=float, default=20, help="of KMS, signatures a second (default 20)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
