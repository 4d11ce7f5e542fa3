"""The command `make_csr`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from . import signing_request
from .command_line import command_line
from .key_holder import KeyHolder, SoftwareKey
from .options import add_key_options, ended, key_holder_of, parser_of, tolerate_any_terminal
from .signing_request import SigningRequest
from .software_key import NOTICE, make_software_key
from .subject import TUTORIAL_SUBJECT, checked_subject, checked_thing_name, common_name, with_thing_name

PROGRAM = "make_csr"

DESCRIPTION = """\
Make a certificate signing request (CSR) with the key that this device holds.

Without options this runs the Zymkey tutorial's own line:
  openssl req -key nonzymkey.key -new -out zymkey.csr -engine zymkey_ssl -keyform e -subj "/C=US/…"
The CSR is checked (its signature, its key) before it takes its name; after a failure there is none,
and an earlier one is untouched. An earlier CSR of the same name is replaced; any other file is not.
"""

EXAMPLES = """\
examples:
  make_csr --thing-name pump-7                        the Zymkey's key
  make_csr --thing-name pump-7 --show                 only print the openssl line
  make_csr --thing-name pump-7 --pin-file pin.txt \\
      --key 'pkcs11:token=device;object=device-key;type=private'
                                                      a PKCS#11 token, SoftHSM2 for instance
  make_csr --thing-name pump-7 --software-key dev.key a PEM file, made if missing (development only)

exit codes: 0 made, 1 failed, 2 wrong usage
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command; the exit code."""
    tolerate_any_terminal()
    given = _parser().parse_args(arguments)
    return ended(lambda: _make(given), PROGRAM)


def _make(given: argparse.Namespace) -> int:
    request = SigningRequest(key_holder_of(given), _subject(given), given.out)
    if given.show:
        print(command_line(request.command(), request.holder.environment))
        return 0
    signing_request.check_place(request, force=given.force)
    _make_software_key(request.holder, force=given.force)
    key = signing_request.make(request)
    print(f"{given.out}: CSR for {request.subject}, {key.kind} key, {request.holder.label}")
    if common_name(request.subject) is None:
        _note("this CSR names no thing (no CN), and a deployed authority refuses it: see --thing-name")
    return 0


def _subject(given: argparse.Namespace) -> str:
    if given.thing_name is None:
        return checked_subject(given.subject)
    checked_thing_name(given.thing_name)
    return checked_subject(with_thing_name(given.subject, given.thing_name))


def _make_software_key(holder: KeyHolder, *, force: bool) -> None:
    if isinstance(holder, SoftwareKey):
        made = make_software_key(holder.file, force=force)
        _note(f"{holder.file}: {'new' if made else 'existing'} software key, {NOTICE}")
        if holder.file.stat().st_mode & 0o077:
            _note(f"{holder.file}: others may read this key: chmod 600 {holder.file}")


def _note(text: str) -> None:
    print(f"{PROGRAM}: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(PROGRAM, DESCRIPTION, EXAMPLES)
    parser.add_argument(
        "--thing-name",
        metavar="NAME",
        help="the device's name at AWS: becomes the subject's common name (up to 64 of a-z A-Z 0-9 : _ -)",
    )
    parser.add_argument(
        "--subject",
        metavar="/C=…",
        default=TUTORIAL_SUBJECT,
        help="the subject, in openssl's form (default: the tutorial's, %(default)s)",
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, default=Path("zymkey.csr"), help="the CSR (default: %(default)s)"
    )
    parser.add_argument(
        "--show", action="store_true", help="print the openssl line, PIN masked, and do nothing"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace the software key (its certificate is worthless then), and an --out that is no CSR",
    )
    add_key_options(parser)
    return parser
