"""The certificate signing request: made by openssl with the held key, looked at, then put in its place."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .command_line import masked
from .errors import DeviceError, UsageError
from .key_holder import KeyHolder, SoftwareKey
from .request_encoding import without_null
from .tool import Finished, run

ENGINE_SECONDS = 60.0  # a Zymkey signs in well under a second; a token that hangs should not hang the caller
HEADER = re.compile(r"-----BEGIN (NEW )?CERTIFICATE REQUEST-----")
NAMED_CURVES = {"prime256v1": "P-256", "secp384r1": "P-384"}
RSA_BITS = range(2048, 4097)


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


def make(request: SigningRequest) -> str:
    """Make the CSR and return its key's kind, e.g. "P-256"; DeviceError says why there is none.

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
        kind = check(draft.out)
        draft.out.replace(request.out)
    return kind


def check(csr: Path) -> str:
    """Return the key's kind; DeviceError unless the CSR parses, its signature holds and AWS takes the key."""
    verified = run(["openssl", "req", "-in", str(csr), "-noout", "-verify"], folder=csr.parent, timeout=60)
    if verified.exit_code != 0 or "verify OK" not in verified.text:
        raise DeviceError(
            f"the request's own signature does not hold, another key than its own signed: {verified.text}"
        )
    return _key_kind(_public_key_text(csr))


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
    meaning = next((meaning for said, meaning in REASONS if said in made.text), None)
    return meaning or masked(made.text) or f"it ended with {made.exit_code} and no word"


def _public_key_text(csr: Path) -> str:
    key = csr.with_suffix(".pub")
    run(
        ["openssl", "req", "-in", str(csr), "-noout", "-pubkey", "-out", str(key)],
        folder=csr.parent,
        timeout=60,
    )
    command = ["openssl", "pkey", "-pubin", "-in", str(key), "-noout", "-text_pub"]
    return run(command, folder=csr.parent, timeout=60).output


def _key_kind(text: str) -> str:
    """Read what `openssl pkey -text_pub` prints; a curve has an OID only when it is a named one."""
    curve = re.search(r"^ASN1 OID: (\S+)", text, re.MULTILINE)
    if curve and curve.group(1) in NAMED_CURVES:
        return NAMED_CURVES[curve.group(1)]
    bits = re.search(r"Public-Key: \((\d+) bit", text)
    if bits and "Modulus:" in text and int(bits.group(1)) in RSA_BITS:
        return f"RSA-{bits.group(1)}"
    raise DeviceError(f"this key cannot be used: {_objection(curve.group(1) if curve else None, text)}")


def _objection(curve: str | None, text: str) -> str:
    taken = "AWS IoT takes P-256, P-384 and RSA of 2048 to 4096 bits"
    if curve:
        return f"its curve is {curve}; {taken}"
    if "Field Type:" in text:
        return (
            "it carries explicit curve parameters, which TLS servers refuse; make the key with a named curve"
        )
    return f"{taken}; openssl describes it as {(text.splitlines() or ['nothing'])[0]!r}"
