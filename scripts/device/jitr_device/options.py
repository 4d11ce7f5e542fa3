"""Options that all commands have, and how a command ends."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from .chosen_key import VARIABLE, choose
from .errors import DeviceError, UsageError
from .key_holder import DEFAULT_ENGINE, KeyHolder

FAILURE, USAGE, INTERRUPTED = 1, 2, 130

KEY_HOLDERS = """\
zymkey, zymkey:SLOT             a Zymkey, by its OpenSSL engine
pkcs11:token=…;object=…;type=private
                                any PKCS#11 token, by URI (RFC 7512)
tpm:0x81010001, tpm:FILE        a TPM 2.0, by OpenSSL's provider; for CSRs
file:FILE                       a PEM file, for development only"""


def parser_of(program: str, description: str, examples: str) -> argparse.ArgumentParser:
    """Return a command's parser without options yet; its texts stay as they are written."""
    return argparse.ArgumentParser(
        program,
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_key_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who holds the private key."""
    group = parser.add_argument_group("who holds the key", KEY_HOLDERS)
    group.add_argument(
        "--key",
        metavar="KEY",
        help=f"one of these (default: {VARIABLE} in the environment, else the Zymkey that is found here)",
    )
    group.add_argument(
        "--engine",
        metavar="ID",
        help=f"another OpenSSL engine than {DEFAULT_ENGINE} (or than pkcs11, for a pkcs11: URI); KEY is"
        " what that engine calls it",
    )
    group.add_argument(
        "--module",
        metavar="FILE",
        type=Path,
        help="PKCS#11 module (default: PKCS11_MODULE_PATH, else the Zymkey's, else SoftHSM2's)",
    )
    group.add_argument(
        "--pin-file",
        metavar="FILE",
        type=Path,
        help="file whose first line is the token's PIN; better than pin-value= in the URI, which"
        " a process list shows (for the line of --show to work, no line end after the PIN)",
    )
    group.add_argument(
        "--software-key",
        metavar="FILE",
        type=Path,
        help="the same as --key file:FILE. For development only: the key is NOT held in hardware",
    )


def key_holder_of(given: argparse.Namespace) -> KeyHolder:
    """Return the key holder that the options of `add_key_options` chose."""
    return choose(
        engine=given.engine,
        key=given.key,
        software_key=given.software_key,
        module=given.module,
        pin_file=given.pin_file,
    )


def tolerate_any_terminal() -> None:
    """Print a question mark for a character that the terminal does not know, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # TextIO of the type stubs lacks it


def ended(work: Callable[[], int], program: str) -> int:
    """Return the exit code of `work`; errors become one line on stderr."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that files with a PIN are removed
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays so
            signal.signal(number, signal.default_int_handler)
    try:
        return work()
    except UsageError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(f"{program}: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return FAILURE
    except DeviceError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
