"""The command `doctor`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from .connecting import AMAZON_ROOTS
from .doctor.check import Check, Finding, Verdict, examine
from .doctor.device import Device
from .doctor.examination import checks_for
from .options import FAILURE, add_key_options, ended, key_holder_of, parser_of, tolerate_any_terminal
from .publication import ALPN_PORT, DEFAULT_PORTS, checked_endpoint
from .quantities import port

PROGRAM = "doctor"
CERTIFICATE = Path("zymkey.crt")

DESCRIPTION = """\
Say what works on this device, one line a check, and what to do about the rest: programs, engine, token, key,
certificate, clock, name resolution, and TLS with the endpoint on each port.

Nothing is changed, and AWS does not get to see the device's certificate. What an earlier failure makes
meaningless is not checked, and says because of what.
"""

EXAMPLES = """\
examples:
  doctor                               before there is a certificate or an endpoint
  doctor --endpoint abc123-ats.iot.eu-west-1.amazonaws.com
  doctor --key 'pkcs11:token=device;object=device-key;type=private' --pin-file pin.txt
  doctor --key file:dev.key --cert dev.crt --json
                                       the file's key is for development only, NOT held in hardware

exit codes: 0 nothing failed (there may be warnings), 1 something failed, 2 wrong usage
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command; the exit code."""
    tolerate_any_terminal()
    given = _parser().parse_args(arguments)
    return ended(lambda: _examine(given), PROGRAM)


def _examine(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="doctor.") as name:
        device = _device(given, Path(name))
        found = []
        for check, finding in examine(checks_for(device.holder), device):
            found.append((check, finding))
            if not given.json:
                _tell(check, finding)
    if given.json:
        print(json.dumps(_report(found), indent=2))
    else:
        print(f"{PROGRAM}: {_summary(found)}")
    return FAILURE if any(finding.verdict is Verdict.FAILED for _, finding in found) else 0


def _device(given: argparse.Namespace, folder: Path) -> Device:
    ports = {"mqtt": given.mqtt_port, "https": given.https_port, "alpn": given.alpn_port}
    return Device(
        holder=key_holder_of(given),
        certificate_file=given.cert or CERTIFICATE,
        certificate_expected=given.cert is not None,
        endpoint=None if given.endpoint is None else checked_endpoint(given.endpoint),
        ports=ports,
        server_ca=given.server_ca or AMAZON_ROOTS,
        folder=folder,
    )


def _tell(check: Check, finding: Finding) -> None:
    print(f"{finding.verdict.value:<12} {check.name:<18} {finding.text}", flush=True)
    if finding.advice:
        print(f"{'':<32}-> {finding.advice}", flush=True)


def _summary(found: Sequence[tuple[Check, Finding]]) -> str:
    counts = {verdict: sum(finding.verdict is verdict for _, finding in found) for verdict in Verdict}
    said = [f"{count} {verdict.value}" for verdict, count in counts.items() if count]
    return f"{len(found)} checks: {', '.join(said)}"


def _report(found: Sequence[tuple[Check, Finding]]) -> dict[str, object]:
    failed = any(finding.verdict is Verdict.FAILED for _, finding in found)
    checks = [
        {
            "check": check.name,
            "verdict": finding.verdict.name.lower(),
            "text": finding.text,
            "advice": finding.advice,
        }
        for check, finding in found
    ]
    return {"outcome": "failed" if failed else "ok", "checks": checks}


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(PROGRAM, DESCRIPTION, EXAMPLES)
    parser.add_argument("--endpoint", metavar="HOST", help="host name of the endpoint (see jitr endpoint)")
    parser.add_argument(
        "--cert",
        metavar="FILE",
        type=Path,
        help=f"the device's certificate (default: {CERTIFICATE}, if there)",
    )
    parser.add_argument(
        "--server-ca",
        metavar="FILE",
        type=Path,
        help="whom to trust as the server (PEM; default: Amazon Root CA 1 and 3 from this system's store)",
    )
    for name, usual in (*DEFAULT_PORTS.items(), ("alpn", ALPN_PORT)):
        parser.add_argument(
            f"--{name}-port", metavar="N", type=port, default=usual, help="default: %(default)s"
        )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    add_key_options(parser)
    return parser
