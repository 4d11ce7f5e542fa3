"""No secret is in the files that git keeps; what only looks like one stands in `not_secret.toml`."""

import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parents[2]
NOT_SECRET = Path(__file__).with_name("not_secret.toml")
KEY = "-----BEGIN EC " + "PRIVATE KEY-----"


def test_git_keeps_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tracked = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)

    assert finds(tracked.stdout.split("\0")[:-1]) == acknowledged()


@pytest.mark.parametrize(
    ("planted", "kind"),
    [(KEY, "Private Key"), ('key = "AKIA' + '2E0A8F3B244C9986"', "AWS Access Key")],
)
def test_a_secret_would_be_found(planted: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text(planted)

    assert {secret.type for _, secret in scanned([str(file)])} == {kind}


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
    with default_settings():
        found.scan_files(*files)
    return found
