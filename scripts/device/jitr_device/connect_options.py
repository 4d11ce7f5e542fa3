"""The options of `connect`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .options import add_key_options, parser_of
from .publication_options import add_endpoint_options, add_message_options, add_patience_options

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
  connect --endpoint … --port 443      where only 443 is open; --protocol https works there too
  connect --endpoint … --show          only print the line
  connect --endpoint … --cert dev.crt --software-key dev.key
                                       a key in a PEM file (development only)
  connect --endpoint localhost --port 8899 --server-ca broker.pem
                                       a local broker

exit codes: 0 the message was accepted (MQTT: acknowledged), 1 failed, 2 wrong usage
"""


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of everything that `connect` can be told."""
    made = parser_of(program, DESCRIPTION, EXAMPLES)
    add_endpoint_options(made, protocol="mqtt", required=True)
    made.add_argument(
        "--cert",
        metavar="FILE",
        type=Path,
        default=Path("zymkey.crt"),
        help="the device's signed certificate (default: %(default)s)",
    )
    add_message_options(made)
    add_patience_options(made)
    made.add_argument(
        "--show", action="store_true", help="print the command line, PIN masked, and do nothing"
    )
    made.add_argument(
        "--json", action="store_true", help="one JSON object on stdout; progress goes to stderr"
    )
    add_key_options(made)
    return made
