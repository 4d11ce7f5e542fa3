"""The options of `renew`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .options import add_key_options, parser_of
from .publication_options import add_endpoint_options, add_message_options, add_patience_options
from .quantities import period

DESCRIPTION = """\
Get a new certificate for the same key, before the present one ends and without losing the connection.

A CSR with the held key and the present subject goes to whoever signs; the certificate that comes back is
checked (same key, same common name, valid now, ends later), proven by publishing with it, and only then
takes the present one's place, in one step. The present one is kept beside it as a dated file. Whatever
fails before leaves the present certificate's file as it is, and a run that was stopped is run again.

The proof goes over HTTPS, because an MQTT connection under the same client id would throw the running one
out. A client that is connected stays so; it uses the new certificate when it connects the next time.
"""

EXAMPLES = """\
examples:
  renew --endpoint … --if-within 30d --sign-command 'ssh desk sign-device'
                                       one step, for a timer; nothing happens while there is time.
                                       The command gets the CSR on stdin, gives the certificate on stdout
  renew --csr-out renewal.csr          two steps, where the desk is behind an air gap …
  renew --endpoint … --certificate renewal.crt
                                       … and when it is signed
  renew --endpoint … --port 443 --certificate renewal.crt
                                       where only 443 is open

exit codes: 0 renewed, handed out, or not due yet; 1 failed (the present file is as it was), 2 wrong usage
"""


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of everything that `renew` can be told."""
    made = parser_of(program, DESCRIPTION, EXAMPLES)
    _add_ways(made)
    made.add_argument(
        "--cert",
        metavar="FILE",
        type=Path,
        default=Path("zymkey.crt"),
        help="the certificate in use (default: %(default)s)",
    )
    made.add_argument(
        "--if-within",
        metavar="30d",
        type=period,
        help="do nothing while more time than this is left (d, h, m)",
    )
    made.add_argument(
        "--anew", action="store_true", help="have another one signed, though one waits from an earlier run"
    )
    made.add_argument(
        "--json", action="store_true", help="one JSON object on stdout; progress goes to stderr"
    )
    add_endpoint_options(made, protocol="https", required=False)
    add_message_options(made)
    add_patience_options(made)
    add_key_options(made)
    return made


def _add_ways(made: argparse.ArgumentParser) -> None:
    ways = made.add_mutually_exclusive_group(required=True)
    ways.add_argument(
        "--sign-command",
        metavar="COMMAND",
        help="shell command that reads the CSR from stdin and writes the certificate to stdout",
    )
    ways.add_argument("--csr-out", metavar="FILE", type=Path, help="only make the CSR")
    ways.add_argument("--certificate", metavar="FILE", type=Path, help="the new certificate, signed already")
