from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from botocore import exceptions as aws
from typer.testing import Result

from jitr.aws_errors import explained
from jitr.failure import BadUseError, FailureError
from jitr.target import refuse_detour, target

Jitr = Callable[..., Result]


def test_local_is_the_default_and_says_how_to_start_it(jitr: Jitr) -> None:
    done = jitr("ca", "list")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "start it with `jitr local up`" in done.stderr


@pytest.mark.parametrize("given", [("-e", "nowhere"), ("--environment", "../dev"), ("-e", "")])
def test_an_unknown_environment_is_a_wrong_call(jitr: Jitr, given: tuple[str, str]) -> None:
    done = jitr("ca", "list", *given)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


def test_the_environment_variable_chooses(jitr: Jitr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITR_ENVIRONMENT", "nowhere")
    assert "nowhere.toml" in jitr("ca", "list").stderr


@pytest.mark.parametrize("url", ["https://127.0.0.1:4566", "http://localhost:4566", "https://[::1]:1/"])
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IOT"])
def test_a_real_environment_is_not_sought_on_this_machine(name: str, url: str) -> None:
    with pytest.raises(BadUseError, match=f"{name}=.* leads to this machine"):
        refuse_detour("dev", {name: url})


def test_a_private_endpoint_of_aws_is_no_detour() -> None:
    refuse_detour("dev", {"AWS_ENDPOINT_URL_IOT": "https://vpce-1.iot.eu-central-1.vpce.amazonaws.com"})


@pytest.mark.usefixtures("account")
def test_credentials_of_another_account_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text(
        'account = "111111111111"\nregion = "eu-west-1"\n[authorities.fleet]\n'
    )
    with pytest.raises(
        FailureError, match="credentials are of account 123456789012, but environment dev is in 111111111111"
    ):
        target("dev", tmp_path)


@pytest.mark.usefixtures("account")
def test_the_region_is_the_environments(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text('region = "eu-west-1"\n[authorities.fleet]\n')
    assert target("dev", tmp_path).session.region_name == "eu-west-1"


@pytest.mark.usefixtures("account")
def test_without_one_in_the_environments_file_the_shells_region_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dev.toml").write_text("[authorities.fleet]\n")
    monkeypatch.delenv("CDK_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert target("dev", tmp_path).session.region_name == "ap-south-1"


@pytest.mark.usefixtures("account")
def test_calls_name_the_project_and_its_version(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('region = "eu-west-1"\n[authorities.fleet]\n')

    client = target("site", tmp_path).iot

    assert f" aws-iot-jitr/{version('aws-iot-jitr')}" in client.meta.config.user_agent


@pytest.mark.usefixtures("account")
def test_the_endpoint_is_the_one_whose_certificate_is_trusted(jitr: Jitr) -> None:
    assert jitr("endpoint", "-e", "dev").stdout.endswith("-ats.iot.eu-central-1.amazonaws.com\n")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (aws.NoCredentialsError(), "set AWS_PROFILE, or run `aws configure`"),
        (aws.NoRegionError(), "set AWS_REGION"),
        (aws.ProfileNotFound(profile="x"), "check AWS_PROFILE"),
        (aws.EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
        (aws.SSLError(endpoint_url="https://x", error=OSError("self-signed")), "check AWS_CA_BUNDLE"),
        (aws.SSOTokenLoadError(error_msg="gone"), "run `aws sso login`"),
        (
            aws.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "X"),
            "may not do that",
        ),
        (aws.ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "X"), "sign in again"),
        (
            aws.ClientError({"Error": {"Code": "UnrecognizedClientException", "Message": "?"}}, "X"),
            "check AWS_PROFILE",
        ),
        (aws.ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "X"), "try again"),
        (aws.ClientError({"Error": {"Code": "Strange", "Message": "a\nb"}}, "GetX"), "GetX: a b (Strange)"),
    ],
)
def test_what_aws_says_becomes_one_line_with_advice(error: Exception, advice: str) -> None:
    assert advice in explained(error)
    assert "\n" not in explained(error)


@pytest.mark.usefixtures("account")
def test_a_silent_network_is_given_up_in_seconds(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text('region = "eu-west-1"\n[authorities.fleet]\n')
    patience = target("dev", tmp_path).iot.meta.config
    assert patience.connect_timeout * patience.retries["total_max_attempts"] <= 15
