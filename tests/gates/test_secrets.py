"""No secret is in the files that git keeps; what only looks like one stands in `not_secret.toml`."""

import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings
from pem_keys import with_a_key

ROOT = Path(__file__).resolve().parents[2]
NOT_SECRET = Path(__file__).with_name("not_secret.toml")
KEY = "-----BEGIN EC " + "PRIVATE KEY-----"
AWS_KEY = 'key = "AKIA' + '2E0A8F3B244C9986"'

SILENCING = ("allowlist.is_line_allowlisted", "heuristic.is_lock_file", "heuristic.is_swagger_file")
"""What detect-secrets passes over by default: lines that ask for it, and files by their name."""
DIGEST = r'^\s*"integrity": "sha512-[A-Za-z0-9+/]{86}==",?$'
"""A package's digest in `package-lock.json`, and nothing else beside it."""


def test_git_keeps_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert finds(tracked()) == acknowledged()


def test_git_keeps_no_private_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert with_a_key(tracked()) == []


@pytest.mark.parametrize(
    ("name", "planted", "kind"),
    [
        ("planted.py", KEY, "Private Key"),
        ("planted.py", AWS_KEY, "AWS Access Key"),
        ("planted.py", f"{AWS_KEY}  # pragma: allowlist secret", "AWS Access Key"),
        ("package-lock.json", AWS_KEY, "AWS Access Key"),
        ("swagger.yaml", AWS_KEY, "AWS Access Key"),
    ],
    ids=["key", "access key", "line that asks to be passed over", "lock file", "description of an API"],
)
def test_a_secret_would_be_found(name: str, planted: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(planted)

    assert {secret.type for _, secret in scanned([str(file)])} == {kind}


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("encryption", [NoEncryption(), BestAvailableEncryption(b"password")])
@pytest.mark.parametrize(
    "end_of_line", ["\n", "\r\n", "\\n", '\\n"\n    "'], ids=["unix", "dos", "text", "code"]
)
def test_a_private_key_would_be_found_however_it_is_written(
    form: PrivateFormat, encryption: KeySerializationEncryption, end_of_line: str, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, form, encryption)
    file = tmp_path / "planted"
    file.write_text(f"a\n{key.decode().replace(chr(10), end_of_line)}", newline="")

    assert with_a_key([file]) == [str(file)]


def tracked() -> list[str]:
    """Every file that git keeps, from the root."""
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[:-1]


def acknowledged() -> set[str]:
    """Every line of `not_secret.toml`, without its reason."""
    files = tomllib.loads(NOT_SECRET.read_text())
    return {
        f'["{file}"] {digest}' for file, found in files.items() for digest, reason in found.items() if reason
    }


def finds(files: Iterable[str]) -> set[str]:
    """What detect-secrets finds, as `not_secret.toml` names it."""
    return {f'["{file}"] {secret.secret_hash[:12]}' for file, secret in scanned(files)}


def scanned(files: Iterable[str]) -> SecretsCollection:
    """Everything that detect-secrets knows, but asking a service whether a secret is in use."""
    found = SecretsCollection()
    with default_settings() as settings:
        settings.filters["detect_secrets.filters.regex.should_exclude_line"] = {"pattern": [DIGEST]}
        settings.disable_filters(*(f"detect_secrets.filters.{name}" for name in SILENCING))
        found.scan_files(*files)
    return found
