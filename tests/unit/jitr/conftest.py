from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto import mock_aws
from typer.testing import CliRunner, Result

from jitr.authority_files import Wanted, create
from jitr.main import app
from tests.unit.jitr.stubbed_account import StubbedAccount


@pytest.fixture
def jitr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `jitr` with some words, in an empty folder; a local AWS of the checkout is out of sight."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JITR_LOCAL", str(tmp_path / "no-local-aws"))
    monkeypatch.delenv("JITR_ENVIRONMENT", raising=False)

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], input=typed)

    return run


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS account in memory, which the shell's credentials lead to."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


@pytest.fixture
def stubbed() -> StubbedAccount:
    """An account whose clients answer what the test says."""
    return StubbedAccount()


@pytest.fixture
def ca_files(tmp_path: Path) -> Path:
    """A folder with an authority's key and certificate."""
    folder = tmp_path / "CA_files"
    create(folder, Wanted(), None, force=False)
    return folder


@pytest.fixture
def signing_request(tmp_path: Path) -> Path:
    """The CSR of a device `pump-1`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pump-1")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    file = tmp_path / "pump-1.csr"
    file.write_bytes(csr.public_bytes(serialization.Encoding.PEM))
    return file
