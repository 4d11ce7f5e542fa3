"""Options that both commands have, and how a command ends."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from . import key_holder
from .errors import DeviceError, UsageError
from .key_holder import DEFAULT_ENGINE, DEFAULT_KEY, KeyHolder

FAILURE, USAGE, INTERRUPTED = 1, 2, 130


def add_key_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who holds the private key."""
    group = parser.add_argument_group("who holds the key")
    group.add_argument(
        "--engine",
        metavar="ID",
        help=f"OpenSSL engine (default: {DEFAULT_ENGINE}; pkcs11 when --key is a pkcs11: URI)",
    )
    group.add_argument(
        "--key",
        metavar="NAME|URI",
        help=f"the key as the engine knows it (default: {DEFAULT_KEY}, the Zymkey's placeholder, not"
        " a file). For PKCS#11: 'pkcs11:token=…;object=…;type=private'",
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
        help="a key in a PEM file instead. For development only: the key is NOT held in hardware",
    )


def key_holder_of(given: argparse.Namespace) -> KeyHolder:
    """Return the key holder that the options of `add_key_options` chose."""
    return key_holder.choose(
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
