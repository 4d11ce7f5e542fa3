"""The options of `connect`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .connecting import Patience
from .options import add_key_options
from .publication import DEFAULT_PORTS, TUTORIAL_MESSAGE

DESCRIPTION = """\
Connect this device to AWS IoT with the key that it holds, and publish one message.

A new certificate's first connection is dropped: AWS IoT registers it at that moment. This command says so,
waits (jittered, doubling) and tries again until the message is accepted. What waiting cannot mend (wrong
server CA, missing engine, a refusal by policy …) ends it at once, with what to do.
"""

EXAMPLES = """\
examples:
  connect --endpoint abc123-ats.iot.eu-west-1.amazonaws.com
                                       MQTT with the Zymkey's key and zymkey.crt
  connect --endpoint … --protocol https
                                       the tutorial's curl line, against Amazon's root CAs
  connect --endpoint … --show          only print the line
  connect --endpoint … --cert dev.crt --software-key dev.key
                                       a key in a PEM file (development only)
  connect --endpoint localhost --port 8899 --server-ca broker.pem
                                       a local broker

exit codes: 0 the message was accepted (MQTT: acknowledged), 1 failed, 2 wrong usage
"""


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of everything that `connect` can be told."""
    made = argparse.ArgumentParser(
        program,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_endpoint_options(made)
    _add_message_options(made)
    _add_patience_options(made)
    made.add_argument(
        "--show", action="store_true", help="print the command line, PIN masked, and do nothing"
    )
    made.add_argument(
        "--json", action="store_true", help="one JSON object on stdout; progress goes to stderr"
    )
    add_key_options(made)
    return made


def _add_endpoint_options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--endpoint", metavar="HOST", required=True, help="host name of the endpoint (see jitr endpoint)"
    )
    made.add_argument(
        "--protocol",
        choices=sorted(DEFAULT_PORTS),
        default="mqtt",
        help="mqtt runs mosquitto_pub, https runs curl (default: %(default)s)",
    )
    made.add_argument("--port", type=port, metavar="N", help="default: 8883 for mqtt, 8443 for https")
    made.add_argument(
        "--server-ca",
        metavar="FILE",
        type=Path,
        help="whom to trust as the server (PEM; default: Amazon Root CA 1 and 3 from this system's store)",
    )
    made.add_argument(
        "--cert",
        metavar="FILE",
        type=Path,
        default=Path("zymkey.crt"),
        help="the device's signed certificate (default: %(default)s)",
    )


def _add_message_options(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--thing-name",
        metavar="NAME",
        help="thing and MQTT client id (default: the certificate's common name)",
    )
    made.add_argument("--topic", metavar="TOPIC", help="default: <thing name>/hello")
    made.add_argument("--message", metavar="TEXT", default=TUTORIAL_MESSAGE, help="default: %(default)s")


def _add_patience_options(made: argparse.ArgumentParser) -> None:
    usual = Patience()
    made.add_argument(
        "--attempts", type=count, metavar="N", default=usual.attempts, help="at most (default: %(default)s)"
    )
    made.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        default=usual.timeout,
        help="for each attempt (default: %(default)s)",
    )
    made.add_argument(
        "--first-wait",
        type=seconds,
        metavar="SECONDS",
        default=usual.first_wait,
        help="longest wait after the first attempt; doubles from there (default: %(default)s)",
    )


def port(text: str) -> int:
    """Read a TCP port; the function's name stands in argparse's message."""
    return _in_range(text, int(text), 65535)


def count(text: str) -> int:
    """Read a number of attempts."""
    return _in_range(text, int(text), 1000)


def _in_range(text: str, number: int, largest: int) -> int:
    if not 1 <= number <= largest:
        raise argparse.ArgumentTypeError(f"{text}: 1 to {largest}")
    return number


def seconds(text: str) -> float:
    """Read a time."""
    number = float(text)
    if not 0 < number <= 3600:  # noqa: PLR2004  # an hour; also keeps nan and inf out
        raise argparse.ArgumentTypeError(f"{text}: more than 0, at most 3600 seconds")
    return number
