"""Account, Region and bootstrap, as the doctor finds them; the account is in memory."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from cryptography import x509

from jitr.doctor import account, bootstrap, endpoint, environment_file
from jitr.doctor.check import Finding, Verdict
from jitr.doctor.checks import Check
from jitr.doctor.examination import examine
from jitr.doctor.site import Site
from jitr.pem import key_pem
from jitr_stack import authority_lock, settings
from jitr_stack.settings import SettingsError
from pki.identity import pem
from tests.unit.jitr.factory import CA, DEVICE_KEY, leaf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the environment `dev`."""
    (tmp_path / "dev.toml").write_text('region = "eu-central-1"\n[authorities.fleet]\n')
    return tmp_path


@pytest.fixture
def site(folder: Path, account: None) -> Iterator[Site]:
    """The environment `dev`, in an account in memory."""
    with Site("dev", folder) as made:
        yield made


def verdicts(findings: Iterator[Finding]) -> list[Verdict]:
    return [finding.verdict for finding in findings]


def bootstrapped(version: str) -> None:
    boto3.client("ssm", region_name="eu-central-1").put_parameter(
        Name=bootstrap.PARAMETER, Value=version, Type="String"
    )


def test_who_asks_is_said_with_the_account(site: Site) -> None:
    (found,) = account.credentials(site)

    assert found.verdict is Verdict.OK
    assert "account 123456789012" in found.found


@pytest.mark.usefixtures("account")
def test_credentials_of_another_account_are_a_failure_that_names_both(folder: Path) -> None:
    (folder / "dev.toml").write_text('account = "111111111111"\n[authorities.fleet]\n')
    check = Check("account", "credentials", account.credentials)

    (found,) = examine(Site("dev", folder), [check])[0].findings

    assert found.verdict is Verdict.FAILED
    assert "123456789012" in found.found
    assert "111111111111" in found.found


def test_no_credentials_are_a_failure_that_says_where_to_get_some(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    (found,) = examine(Site("dev", folder), [Check("account", "credentials", account.credentials)])[
        0
    ].findings

    assert found.verdict is Verdict.FAILED
    assert "set AWS_PROFILE" in found.found


def test_variables_that_lead_to_this_machine_are_a_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:4566")

    (found,) = examine(Site("dev", folder), [Check("account", "credentials", account.credentials)])[
        0
    ].findings

    assert found.verdict is Verdict.FAILED
    assert "open a new shell" in found.found


@pytest.mark.parametrize(
    ("region", "verdict"), [("eu-central-1", Verdict.OK), ("eu-nowhere-1", Verdict.WARNING)]
)
@pytest.mark.usefixtures("account")
def test_a_region_without_aws_iot_is_said(folder: Path, region: str, verdict: Verdict) -> None:
    (folder / "dev.toml").write_text(f'region = "{region}"\n[authorities.fleet]\n')

    assert verdicts(account.region(Site("dev", folder))) == [verdict]


@pytest.mark.usefixtures("account")
def test_no_region_at_all_is_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "dev.toml").write_text("[authorities.fleet]\n")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "CDK_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    site = Site("dev", folder)

    assert verdicts(account.credentials(site)) == [Verdict.OK]
    assert verdicts(account.region(site)) == [Verdict.FAILED]


def test_an_account_that_is_not_bootstrapped_is_told_the_very_command(site: Site) -> None:
    (found,) = bootstrap.bootstrap(site)

    assert (found.verdict, found.advice) == (
        Verdict.FAILED,
        "run `npx cdk bootstrap aws://123456789012/eu-central-1`",
    )


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("33", Verdict.OK), ("6", Verdict.OK), ("5", Verdict.FAILED), ("x", Verdict.FAILED)],
)
def test_the_bootstrap_is_new_enough(site: Site, version: str, verdict: Verdict) -> None:
    bootstrapped(version)

    assert verdicts(bootstrap.bootstrap(site)) == [verdict]


def test_a_file_in_order_names_its_authorities(site: Site) -> None:
    (found,) = environment_file.environment_file(site)

    assert found.found == f"{site.folder}/dev.toml: authorities fleet issuing"


def test_a_file_that_cannot_be_used_names_the_key(folder: Path) -> None:
    (folder / "dev.toml").write_text("colour = 1\n[authorities.fleet]\n")
    check = Check("environment", "environment file", environment_file.environment_file)

    (found,) = examine(Site("dev", folder), [check])[0].findings

    assert (found.verdict, found.found) == (Verdict.FAILED, f"{folder}/dev.toml: colour: unknown key")


def test_a_file_that_inherits_names_what_it_inherits_from(site: Site) -> None:
    (site.folder / "defaults.toml").write_text("log_retention_days = 7\n")

    (found,) = environment_file.environment_file(site)

    assert found.found == f"{site.folder}/dev.toml (with defaults.toml): authorities fleet issuing"


def test_environments_beside_it_are_named(site: Site) -> None:
    (site.folder / "prod.toml").write_text("[authorities.fleet]\n")

    (found,) = environment_file.others(site)

    assert (found.verdict, found.found) == (Verdict.OK, "prod")


@pytest.mark.parametrize(
    "prod", ["colour = 1\n", '[authorities.fleet.subject]\ncommon_name = "dev fleet device CA"\n']
)
def test_environments_that_no_synthesis_would_take_are_a_failure(site: Site, prod: str) -> None:
    (site.folder / "prod.toml").write_text('region = "eu-central-1"\n' + prod)

    with pytest.raises(SettingsError, match=r"/prod\.toml: "):
        list(environment_file.others(site))


def test_a_lock_is_looked_at_and_never_written(site: Site) -> None:
    before = verdicts(environment_file.lock(site))
    assert list(site.folder.glob("*.lock.json")) == []
    authority_lock.hold(site.settings, site.folder)

    assert (before, verdicts(environment_file.lock(site))) == ([Verdict.WARNING], [Verdict.OK])


def test_an_authority_that_became_another_one_is_a_failure(folder: Path) -> None:
    authority_lock.hold(settings.load("dev", folder), folder)
    (folder / "dev.toml").write_text('[authorities.fleet]\nalgorithm = "P-384"\n')

    with pytest.raises(SettingsError, match="was P-256, now P-384"):
        list(environment_file.lock(Site("dev", folder)))


def test_the_registration_code_is_there(site: Site) -> None:
    assert verdicts(endpoint.registration_code(site)) == [Verdict.OK]


@pytest.fixture
def server_ca(tmp_path: Path) -> Path:
    """The authority of the listener's certificate."""
    file = tmp_path / "ca.pem"
    file.write_text(pem(CA))
    return file


@pytest.fixture
def port(tmp_path: Path, server_ca: Path) -> Iterator[int]:
    """The port of a TLS server on this machine that refuses who has no certificate of its own."""
    here = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    (tmp_path / "server.crt").write_text(pem(leaf("localhost", extensions=(here,))))
    (tmp_path / "server.key").write_bytes(key_pem(DEVICE_KEY, None))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    context.load_verify_locations(server_ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # where a client sees the refusal in the handshake
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_refuse_one, args=(server, context), daemon=True).start()
        yield server.getsockname()[1]


def _refuse_one(server: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = server.accept()
    try:
        context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()


def test_an_endpoint_with_a_trusted_certificate_is_in_order_though_it_wants_ours(
    port: int, server_ca: Path
) -> None:
    assert endpoint.reached("localhost", port, str(server_ca)).verdict is Verdict.OK


def test_an_endpoint_with_an_untrusted_certificate_is_said(port: int) -> None:
    found = endpoint.reached("localhost", port, None)

    assert found.verdict is Verdict.WARNING
    assert "not trusted here" in found.found


def test_an_endpoint_that_cannot_be_reached_from_here_is_a_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    found = endpoint.reached("localhost", port, None)

    assert (found.verdict, "cannot be reached" in found.found) == (Verdict.WARNING, True)
