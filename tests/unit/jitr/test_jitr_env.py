"""`jitr env`: what the settings come to and where from, and new environments."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from jitr_stack import environments, settings
from tests.unit.owners_ca import key, pem, root

Jitr = Callable[..., Result]
COMMENTED_OUT = r"^#(?=[\[a-z])(?!account|region|organization)"
"""Before settings that are shown in a new file; those that are examples stay comments."""
DEV = '# Our own.\naccount = "111111111111"\nregion = "eu-west-1"\nremoval = "retain"\n[authorities.fleet]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment `dev` and what it inherits."""
    made = tmp_path / "environments"
    made.mkdir()
    (made / "dev.toml").write_text(DEV)
    (made / "defaults.toml").write_text('log_retention_days = 7\n[tags]\n"cost centre" = "1"\n')
    monkeypatch.setattr(environments, "ENVIRONMENTS", made)
    monkeypatch.delenv("CDK_DEFAULT_ACCOUNT", raising=False)
    monkeypatch.setenv("CDK_DEFAULT_REGION", "us-east-1")
    return made


def shown(jitr: Jitr, name: str) -> dict[str, list]:
    """Value, source and place of each setting."""
    done = jitr("env", "show", name, "--json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["environment"] == name
    return {each["setting"]: [each["value"], each["source"], each["place"]] for each in answer["settings"]}


def test_each_value_is_shown_with_where_it_is_from(jitr: Jitr, folder: Path) -> None:
    (folder / "new.toml").write_text("[authorities.fleet]\nvalidity_days = 100\n")

    found = shown(jitr, "new")

    assert found["authorities.fleet.validity_days"] == [100, "environment", f"{folder}/new.toml"]
    assert found["log_retention_days"] == [7, "defaults", f"{folder}/defaults.toml"]
    assert found['tags."cost centre"'] == ["1", "defaults", f"{folder}/defaults.toml"]
    assert found["region"] == ["us-east-1", "variable", "CDK_DEFAULT_REGION"]
    assert found["account"] == [None, "credentials", None]
    assert found["removal"] == ["destroy", "built-in", None]
    assert found["provisioning.attributes"] == [{}, "built-in", None]
    assert found["authorities.fleet.subject.common_name"] == ["new fleet device CA", "built-in", None]


def test_every_setting_is_shown_and_the_name_is_none(jitr: Jitr, folder: Path) -> None:
    found = {key.partition(".")[0] for key in shown(jitr, "dev")}

    assert found == set(settings.Settings.model_fields) - {"name"}


def test_people_see_a_line_for_each_setting_that_is_set(jitr: Jitr, folder: Path) -> None:
    lines = [re.split(r"\s{2,}", line.strip()) for line in jitr("env", "show", "dev").stdout.splitlines()]

    assert lines[0] == ["setting", "value", "from"]
    assert ["removal", "retain", "dev.toml"] in lines
    assert ["architecture", "arm64", "built-in"] in lines
    assert "event_bus" not in [line[0] for line in lines]


def test_a_certificate_is_shown_to_people_by_its_id(jitr: Jitr, folder: Path) -> None:
    (folder / "ca.pem").write_text(pem(root("Factory CA", key())))
    (folder / "dev.toml").write_text(
        '[authorities.factory]\nstate = "trusted"\ncustody = "external"\nmode = "SNI_ONLY"\n'
        'certificate = "ca.pem"\n'
    )

    printed = jitr("env", "show", "dev").stdout

    assert re.search(r"authorities\.factory\.certificate +certificate [0-9a-f]{64} ", printed)
    assert "BEGIN" not in printed


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "nowhere.toml: no such environment file; there are: dev"), ("defaults", "no environment")],
)
def test_what_is_no_environment_is_not_shown(jitr: Jitr, folder: Path, name: str, said: str) -> None:
    done = jitr("env", "show", name)

    assert (done.exit_code, done.stdout, said in done.stderr) == (2, "", True)


def test_a_new_environment_is_where_it_was_told_to_be(jitr: Jitr, folder: Path) -> None:
    done = jitr("env", "new", "qa", "--account", "222222222222", "--region", "us-west-2", "--json")

    assert json.loads(done.stdout) == {"environment": "qa", "file": str(folder / "qa.toml")}
    made = settings.load("qa", folder, {})
    assert (made.account, made.region) == ("222222222222", "us-west-2")


def test_a_new_environment_shows_defaults_that_are_the_defaults(jitr: Jitr, folder: Path) -> None:
    (folder / "defaults.toml").unlink()
    jitr("env", "new", "qa")
    as_written = settings.load("qa", folder, {})
    text = re.sub(COMMENTED_OUT, "", (folder / "qa.toml").read_text(), flags=re.MULTILINE)
    (folder / "qa.toml").write_text(text)

    assert "\nremoval = " in text
    assert settings.load("qa", folder, {}) == as_written


def test_one_like_another_has_its_settings_and_comments_but_not_its_place(jitr: Jitr, folder: Path) -> None:
    done = jitr("env", "new", "qa", "--like", "dev", "--region", "us-west-2")

    assert done.exit_code == 0
    made = settings.load("qa", folder, {})
    assert (made.account, made.region, made.removal) == (None, "us-west-2", "retain")
    assert "# Our own.\n" in (folder / "qa.toml").read_text()


@pytest.mark.parametrize(
    "line",
    ['  account = "111111111111"', '"account" = "111111111111"', "\t'account'\t= '111111111111'"],
)
def test_a_place_is_not_kept_however_it_is_written(jitr: Jitr, folder: Path, line: str) -> None:
    (folder / "dev.toml").write_text(f"{line}\n[authorities.fleet]\n")

    done = jitr("env", "new", "qa", "--like", "dev")

    assert (done.exit_code, settings.load("qa", folder, {}).account) == (0, None)


def test_a_place_that_would_be_kept_is_refused(jitr: Jitr, folder: Path) -> None:
    (folder / "dev.toml").write_text('"acc\\u006funt" = "111111111111"\n[authorities.fleet]\n')

    done = jitr("env", "new", "qa", "--like", "dev")

    assert (done.exit_code, (folder / "qa.toml").exists()) == (2, False)
    assert f"{folder}/dev.toml: account: would be kept; write it there as" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dev",), "dev.toml: exists already and was left as it is"),
        (("defaults",), "defaults.toml: what every environment inherits, and no environment itself"),
        (("Upper",), "Upper.toml: no name for an environment; it must match"),
        (("../up",), "no name for an environment; it must match"),
        (("qa", "--account", "12"), "qa.toml: account: String should match pattern"),
        (("qa", "--account", '1"\nlocal = true'), "qa.toml: account: String should match pattern"),
        (("qa", "--like", "nowhere"), "nowhere.toml: no such environment file; there are: dev"),
    ],
)
def test_what_cannot_be_made_is_one_line_and_changes_nothing(
    jitr: Jitr, folder: Path, words: tuple[str, ...], said: str
) -> None:
    before = {file: file.read_text() for file in folder.iterdir()}

    done = jitr("env", "new", *words)

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert said in done.stderr
    assert {file: file.read_text() for file in folder.iterdir()} == before


def test_the_embedded_aws_is_no_example(jitr: Jitr, folder: Path) -> None:
    (folder / "local.toml").write_text('local = true\naccount = "000000000000"\n[authorities.fleet]\n')

    done = jitr("env", "new", "qa", "--like", "local")

    assert (done.exit_code, "is on the embedded AWS" in done.stderr) == (2, True)


def test_one_that_would_collide_is_not_written(jitr: Jitr, folder: Path) -> None:
    (folder / "dev.toml").write_text(DEV + '[authorities.fleet.subject]\ncommon_name = "Fleet CA"\n')
    place = ("--account", "111111111111", "--region", "eu-west-1")

    done = jitr("env", "new", "qa", "--like", "dev", *place)

    assert (done.exit_code, (folder / "qa.toml").exists()) == (2, False)
    assert f"{folder}/qa.toml: authorities.fleet.subject: the same as that of " in done.stderr


def test_authorities_of_an_environment_that_was_are_not_forgotten(jitr: Jitr, folder: Path) -> None:
    (folder / "qa.lock.json").write_text("{}")

    done = jitr("env", "new", "qa")

    assert (done.exit_code, (folder / "qa.toml").exists()) == (2, False)
    assert "qa.lock.json: is of an environment qa that was" in done.stderr
