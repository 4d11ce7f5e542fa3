"""The certificate signing request: made by openssl with the held key, looked at, then put in its place."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .certificate import Certificate
from .command_line import masked
from .errors import DeviceError, UsageError
from .key_holder import KeyHolder, SoftwareKey
from .public_key import PublicKey, public_key_in
from .request_encoding import without_null
from .tool import Finished, run

ENGINE_SECONDS = 60.0  # a Zymkey signs in well under a second; a token that hangs should not hang the caller
HEADER = re.compile(r"-----BEGIN (NEW )?CERTIFICATE REQUEST-----")


@dataclass(frozen=True)
class SigningRequest:
    """What to ask a certificate for."""

    holder: KeyHolder
    subject: str
    out: Path

    def command(self) -> list[str]:
        """Return the tutorial's line: `openssl req -key … -new -out … -engine … -keyform e -subj …`."""
        key, form = self.holder.openssl_arguments()
        encoding = [] if self.subject.isascii() else ["-utf8"]  # openssl takes it for Latin-1 otherwise
        return [
            "openssl",
            "req",
            *key,
            "-new",
            "-out",
            str(self.out),
            *form,
            *encoding,
            "-subj",
            self.subject,
        ]


def make(request: SigningRequest, *, key_of: Optional[Certificate] = None) -> PublicKey:
    """Make the CSR and return its key; DeviceError says why there is none.

    With `key_of` the held key must be that certificate's.
    openssl writes beside `out`; the file takes its name only after every check, so a failure leaves
    nothing half done and an earlier CSR as it was. See `check_place` first.
    """
    with tempfile.TemporaryDirectory(dir=request.out.parent, prefix=".make_csr.") as name:
        folder = Path(name).absolute()
        draft = SigningRequest(request.holder.prepared(folder), request.subject, folder / "draft.csr")
        made = run(
            draft.command(), folder=folder, timeout=ENGINE_SECONDS, environment=draft.holder.environment
        )
        _check_made(made, draft)
        draft.out.write_text(without_null(draft.out.read_text(encoding="ascii")), encoding="ascii")
        key = check(draft.out)
        if key_of and key.pem != key_of.public_key:
            raise DeviceError(
                f"the key ({request.holder.label}) is another than that of {key_of.file}: see --key"
            )
        draft.out.replace(request.out)
    return key


def check(csr: Path) -> PublicKey:
    """Return the key; DeviceError unless the CSR parses, its signature holds and AWS takes the key."""
    verified = run(["openssl", "req", "-in", str(csr), "-noout", "-verify"], folder=csr.parent, timeout=60)
    if verified.exit_code != 0 or "verify OK" not in verified.text:
        raise DeviceError(
            f"the request's own signature does not hold, another key than its own signed: {verified.text}"
        )
    return public_key_in(csr)


def check_place(request: SigningRequest, *, force: bool) -> None:
    """UsageError unless the CSR may go where it shall; `force` lets it replace any file but the key."""
    out, holder = request.out, request.holder
    if isinstance(holder, SoftwareKey) and out.resolve() == holder.file.resolve():
        raise UsageError(f"{out}: --out and --software-key name one file; the CSR would replace the key")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{out.parent}: no such folder for the CSR")
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; --out takes the CSR's file name")
    if out.exists() and not force and not HEADER.search(out.read_text(encoding="ascii", errors="replace")):
        raise UsageError(
            f"{out}: exists and is no CSR, so it is left alone; choose another --out, or --force"
        )


def _check_made(made: Finished, draft: SigningRequest) -> None:
    if made.exit_code != 0 or not draft.out.exists():
        raise DeviceError(f"openssl made no CSR with {draft.holder.label}: {_reason(made)}")
    dropped = next((line for line in made.errors.splitlines() if "skip" in line.lower()), None)
    if dropped:
        raise DeviceError(f"openssl left a part of the subject {draft.subject!r} out: {dropped}")


REASONS = (  # what openssl says, and what that means here; first match wins
    ("Enter PKCS#11 token PIN", "the token wants a PIN: give it with --pin-file FILE"),
    ("Login to token failed", "the token refused the PIN: see --pin-file (too many wrong ones lock a token)"),
    ("Login failed", "the token refused the PIN: see --pin-file (too many wrong ones lock a token)"),
    ("Invalid engine", "openssl has no such engine: install its package (zymkey_ssl: libzymkeyssl; pkcs11:"
     " libengine-pkcs11-openssl), or see --engine; OpenSSL 4 has no engines at all"),
    ("No matching initialized token", "no such token: see PKCS11_MODULE_PATH, --module and the URI's token="),
    ("private key was not found", "the token holds no private key of that name: see the URI's object="),
    ("string too long", "a value of the subject is longer than X.509 allows (C takes 2 letters, CN 64)"),
    ("is expected to be in the format", "the subject is not of the form /C=US/O=…/CN=…"),
    ("Unable to load module", "the PKCS#11 module cannot be loaded: see --module and PKCS11_MODULE_PATH"),
    ("unable to load provider tpm2", "OpenSSL's provider for TPMs is not installed (Debian: tpm2-openssl), or"
     " there is no TPM that it may open (/dev/tpmrm0, group tss)"),
    ("the handle is not correct for the use", "the TPM holds no such key; tpm2_getcap handles-persistent"
     " lists those that it holds"),
    ("Enter pass phrase for", "the key file is encrypted, and nobody can be asked for its passphrase here"),
    ("Could not read private key from /", "the file holds no private key (PEM) that openssl can read"),
)  # fmt: skip


def _reason(made: Finished) -> str:
    if made.exit_code is None:
        return f"no answer within {ENGINE_SECONDS:.0f} seconds; is the key holder connected?"
    text = made.text.lower()  # OpenSSL 3 writes some of them with a capital that 1.1.1 has not
    meaning = next((meaning for said, meaning in REASONS if said.lower() in text), None)
    return meaning or masked(made.text) or f"it ended with {made.exit_code} and no word"
