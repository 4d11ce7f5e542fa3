"""What environments inherit, what their own file says, and which file an error names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jitr_stack import authority_lock, environments, settings
from jitr_stack.layers import Source
from jitr_stack.settings import Settings, SettingsError

FLEET = "[authorities.fleet]\n"
DOTTED = f"{'.'.join(['x'] * 3000)} = 1\n"
Write = Callable[..., Path]
CDK = {"CDK_DEFAULT_ACCOUNT": "111111111111", "CDK_DEFAULT_REGION": "eu-west-1"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes what is inherited and the environment `site`; gives their folder."""

    def files(defaults: str, own: str = FLEET) -> Path:
        (tmp_path / "defaults.toml").write_text(defaults)
        (tmp_path / "site.toml").write_text(own)
        return tmp_path

    return files


def load(folder: Path) -> Settings:
    return settings.load("site", folder, {})


def refusal(folder: Path) -> str:
    """The line with which `site` is refused, its files without their folder."""
    with pytest.raises(SettingsError) as refused:
        load(folder)
    return str(refused.value).replace(f"{folder}/", "")


def test_what_the_file_does_not_say_is_inherited(write: Write) -> None:
    assert load(write("log_retention_days = 90\n")).log_retention_days == 90


def test_the_environment_s_own_file_comes_first(write: Write) -> None:
    site = load(write("log_retention_days = 90\n", "log_retention_days = 7\n" + FLEET))

    assert site.log_retention_days == 7


def test_tables_are_merged_key_by_key(write: Write) -> None:
    site = load(write('[tags]\nTeam = "fleet"\nCost = "1"\n', FLEET + '[tags]\nCost = "2"\n'))

    assert site.tags == {"Team": "fleet", "Cost": "2"}


def test_a_list_is_replaced_as_a_whole(write: Write) -> None:
    groups = '[provisioning]\ngroups = ["{}"]\n'

    site = load(write(groups.format("a") + 'thing_type = "pump"\n', FLEET + groups.format("b")))

    assert (site.provisioning.groups, site.provisioning.thing_type) == (("b",), "pump")


def test_an_authority_inherits_what_the_defaults_say_of_it(write: Write) -> None:
    subject = '[authorities.fleet.subject]\norganization = "Example"\n'

    site = load(write(subject, FLEET + "validity_days = 100\n"))

    assert site.authorities["fleet"].subject.organization == "Example"
    assert site.authorities["fleet"].validity_days == 100


def test_the_defaults_bring_no_authority_about(write: Write) -> None:
    folder = write(FLEET + "[authorities.older]\n")
    (folder / "other.toml").write_text("[authorities.older]\n")

    assert list(load(folder).authorities) == ["fleet"]


def test_the_defaults_speak_of_no_authority_that_no_environment_has(write: Write) -> None:
    folder = write('[authorities.flet]\ncustody = "secrets_manager"\n')
    (folder / "other.toml").write_text("[authorities.older]\n")

    assert refusal(folder) == (
        "defaults.toml: authorities.flet: no environment has an authority of that name; "
        "there are: fleet, older"
    )


def test_a_file_that_cannot_be_read_may_name_any_authority(write: Write) -> None:
    folder = write("[authorities.older]\n")
    (folder / "other.toml").write_text("[authorities.")

    assert list(load(folder).authorities) == ["fleet"]


def test_an_environment_must_name_its_authorities_even_where_the_defaults_do(write: Write) -> None:
    assert refusal(write(FLEET, "")) == (
        "site.toml: authorities: name those that this environment has, as in [authorities.fleet]; "
        "the rest is inherited"
    )


def test_account_and_region_that_are_inherited_come_before_the_cdk_s_variables(write: Write) -> None:
    folder = write('account = "222222222222"\n')

    site = settings.load("site", folder, CDK)

    assert (site.account, site.region) == ("222222222222", "eu-west-1")


@pytest.mark.parametrize(
    ("defaults", "own", "line"),
    [
        ("colour = 1\n", FLEET, "defaults.toml: colour: unknown key"),
        ('removal = "maybe"\n', FLEET, "defaults.toml: removal: Input should be 'destroy' or 'retain'"),
        (FLEET + 'custody = "drawer"\n', FLEET, "defaults.toml: authorities.fleet.custody: Input should be"),
        (FLEET + "colour = 1\n", FLEET, "defaults.toml: authorities.fleet.colour: unknown key"),
        (
            FLEET + "validity_days = 100\n",
            FLEET + "validity_days = 0\n",
            "site.toml: authorities.fleet.validity_days: Input should be greater",
        ),
        ("[provisioning]\ngroups = [5]\n", FLEET, "defaults.toml: provisioning.groups.0: "),
        ("fleet_size = 10000000\n", FLEET, "defaults.toml: fleet_size: 10,000,000 devices"),
        ("fleet_size = 1\n", "fleet_size = 10000000\n" + FLEET, "site.toml: fleet_size: 10,000,000 devices"),
        ("account = \n", FLEET, "defaults.toml: Invalid value"),
        ('name = "x"\n', FLEET, "defaults.toml: name: is of one environment; put it into that one's file"),
        ("local = true\n", FLEET, "defaults.toml: local: is of one environment; put it into that one's file"),
        ("", "colour = 1\n" + FLEET, "site.toml: colour: unknown key"),
        ("", "", "site.toml: authorities: Field required"),
        ("authorities = 5\n", "", "defaults.toml: authorities: Input should be"),
        ("authorities = 5\n", FLEET, "defaults.toml: authorities: Input should be tables, as in"),
        ("[authorities]\nolder = 5\n", FLEET, "defaults.toml: authorities.older: should be a table"),
        ("[authorities.older]\ncolour = 1\n", FLEET, "defaults.toml: authorities.older.colour: unknown key"),
        (
            FLEET + "replace = true\n",
            FLEET,
            "defaults.toml: authorities.fleet.replace: is of one environment;",
        ),
        (FLEET, "authorities = 5\n", "site.toml: authorities: Input should be"),
    ],
)
def test_an_error_names_the_file_in_which_the_wrong_value_stands(
    write: Write, defaults: str, own: str, line: str
) -> None:
    assert refusal(write(defaults, own)).startswith(line)


@pytest.mark.parametrize(
    ("defaults", "own", "said"),
    [
        ("", f"fleet_size = {'9' * 5000}\n", "Exceeds the limit"),
        ("", f"fleet_size = 0x{'f' * 5000}\n", "fleet_size: integer division result too large"),
        ("", f"x = {'[' * 5000}{']' * 5000}\n", "nested too deeply"),
        (DOTTED, DOTTED, "nested too deeply"),
    ],
    ids=["digits", "hexadecimal digits", "brackets", "dotted keys"],
)
def test_what_python_cannot_hold_is_refused_in_one_line(
    write: Write, defaults: str, own: str, said: str
) -> None:
    assert refusal(write(defaults, own + FLEET)).startswith(f"site.toml: {said}")


def test_a_topic_of_another_region_is_refused_where_it_stands(write: Write) -> None:
    topic = '[alarms]\ntopic = "arn:aws:sns:eu-central-1:123456789012:on-call"\n'

    line = refusal(write(topic, 'region = "eu-west-1"\n' + FLEET))

    assert line.startswith("defaults.toml: alarms.topic: is in eu-central-1, the environment in eu-west-1")


def test_an_error_names_the_variable_that_is_wrong(write: Write) -> None:
    folder = write("")

    with pytest.raises(SettingsError, match=r"^CDK_DEFAULT_REGION: region: String should match"):
        settings.load("site", folder, {"CDK_DEFAULT_REGION": "Frankfurt"})


def test_an_authority_that_the_defaults_changed_is_refused_with_their_file(write: Write) -> None:
    authority_lock.hold(load(write("")), write(""))
    folder = write('[authorities.fleet]\nalgorithm = "P-384"\n')

    with pytest.raises(SettingsError) as refused:
        authority_lock.hold(load(folder), folder)

    assert str(refused.value).startswith(f"{folder}/defaults.toml: authorities.fleet.algorithm: was P-256")


def test_the_defaults_are_no_environment(write: Write) -> None:
    folder = write(FLEET)

    with pytest.raises(SettingsError, match=r"defaults\.toml: what every environment inherits"):
        settings.load("defaults", folder, {})

    assert environments.names(folder) == ["site"]
    assert [site.name for site in settings.load_all(folder)] == ["site"]


@pytest.mark.parametrize(
    ("to", "said"),
    [("nowhere.toml", "a link to a file that is not there"), ("defaults.toml", "Too many levels")],
)
def test_defaults_that_cannot_be_read_are_not_taken_for_none(write: Write, to: str, said: str) -> None:
    folder = write('removal = "retain"\n')
    (folder / "defaults.toml").unlink()
    (folder / "defaults.toml").symlink_to(to)

    line = refusal(folder)

    assert (line.startswith("defaults.toml: "), said in line) == (True, True)


def test_each_value_knows_where_it_stands(write: Write) -> None:
    folder = write("log_retention_days = 90\n", "device_validity_days = 7\n" + FLEET)

    made_of = settings.read_layers("site", folder, CDK)

    found = {
        key: layer and (layer.source, layer.place)
        for key in ("region", "log_retention_days", "device_validity_days", "removal")
        for layer in [made_of.holding([key])]
    }
    assert found == {
        "region": (Source.VARIABLE, "CDK_DEFAULT_REGION"),
        "log_retention_days": (Source.DEFAULTS, f"{folder}/defaults.toml"),
        "device_validity_days": (Source.ENVIRONMENT, f"{folder}/site.toml"),
        "removal": None,
    }
