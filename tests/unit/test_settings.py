"""Environment files: what is accepted, and the one line that says what is not."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import Custody, KeyAlgorithm
from jitr_stack import settings
from jitr_stack.layers import Layer, Layers, Source
from jitr_stack.settings import Settings, SettingsError

Refusal = Callable[[str], str]

FLEET = "[authorities.fleet]\n"


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """Give the text with which an environment file is refused."""

    def text(toml: str) -> str:
        (tmp_path / "site.toml").write_text(toml)
        with pytest.raises(SettingsError) as refused:
            settings.load("site", tmp_path, {})
        return str(refused.value).removeprefix(f"{tmp_path}/")

    return text


def load(toml: str, folder: Path, variables: dict[str, str] | None = None) -> Settings:
    (folder / "site.toml").write_text(toml)
    return settings.load("site", folder, variables or {})


def test_defaults_are_a_p256_key_in_kms_on_arm(tmp_path: Path) -> None:
    site = load(FLEET, tmp_path)
    authority = site.authorities["fleet"]

    assert (authority.custody, authority.algorithm) == (Custody.KMS, KeyAlgorithm.P256)
    assert (site.architecture, site.removal, site.local) == ("arm64", "destroy", False)
    assert (site.account, site.region) == (None, None)


def test_account_and_region_come_from_the_cdks_variables(tmp_path: Path) -> None:
    variables = {"CDK_DEFAULT_ACCOUNT": "111111111111", "CDK_DEFAULT_REGION": "eu-west-1"}

    site = load(FLEET, tmp_path, variables)

    assert (site.account, site.region) == ("111111111111", "eu-west-1")


def test_account_and_region_of_the_file_come_first(tmp_path: Path) -> None:
    variables = {"CDK_DEFAULT_ACCOUNT": "111111111111", "CDK_DEFAULT_REGION": "eu-west-1"}

    site = load('account = "222222222222"\nregion = "us-west-2"\n' + FLEET, tmp_path, variables)

    assert (site.account, site.region) == ("222222222222", "us-west-2")


def test_every_authority_gets_a_subject_of_its_own(tmp_path: Path) -> None:
    site = load(FLEET + '[authorities.older]\nstate = "trusted"\n', tmp_path)

    assert site.authorities["fleet"].subject.common_name == "site fleet device CA"
    assert site.authorities["older"].subject.common_name == "site older device CA"


def test_missing_file_names_the_ones_there_are(tmp_path: Path) -> None:
    (tmp_path / "dev.toml").write_text(FLEET)

    with pytest.raises(SettingsError, match=r"staging\.toml: no such environment file; there are: dev"):
        settings.load("staging", tmp_path)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("colour = 1\n" + FLEET, "site.toml: colour: unknown key"),
        ('name = "x"\n' + FLEET, "site.toml: name: not a setting; the file's name is the environment's name"),
        (FLEET + "colour = 1\n", "site.toml: authorities.fleet.colour: unknown key"),
        ('log_retention_days = "30"\n' + FLEET, "site.toml: log_retention_days: Input should be 1, 3, 5, 7,"),
        (
            "device_validity_days = 1.5\n" + FLEET,
            "site.toml: device_validity_days: Input should be a valid integer",
        ),
        (
            "device_validity_days = 0\n" + FLEET,
            "site.toml: device_validity_days: Input should be greater than",
        ),
        ('account = "12345"\n' + FLEET, "site.toml: account: String should match pattern"),
        ('region = "Frankfurt"\n' + FLEET, "site.toml: region: String should match pattern"),
        ('removal = "maybe"\n' + FLEET, "site.toml: removal: Input should be 'destroy' or 'retain'"),
        ("", "site.toml: authorities: Field required"),
        ("[authorities]\n", "site.toml: authorities: Dictionary should have at least 1 item"),
        ('[authorities."Fleet 1"]\n', "site.toml: authorities.Fleet 1."),
        (
            FLEET + 'custody = "drawer"\n',
            "site.toml: authorities.fleet.custody: Input should be 'external', 'kms' or",
        ),
        (
            FLEET + 'algorithm = "RSA-2048"\n',
            'site.toml: authorities.fleet: algorithm RSA-2048 needs custody = "sec',
        ),
        (
            FLEET + 'state = "trusted"\n',
            'site.toml: authorities: exactly one must have state = "issuing"; found none',
        ),
        (
            FLEET + "[authorities.b]\n",
            'site.toml: authorities: exactly one must have state = "issuing"; found fleet',
        ),
        (FLEET + "subject = 5\n", "site.toml: authorities.fleet.subject: Input should be"),
        (
            FLEET + '[authorities.fleet.subject]\ncountry = "USA"\n',
            "site.toml: authorities.fleet.subject.country: ",
        ),
        (
            FLEET + '[authorities.fleet.subject]\nstate = "a\\u0007b"\n',
            "site.toml: authorities.fleet.subject.state: ",
        ),
        ("account = \n", "site.toml: Invalid value"),
    ],
)
def test_what_is_wrong_is_one_line_naming_file_and_key(toml: str, line: str, refusal: Refusal) -> None:
    text = refusal(toml)

    assert text.startswith(line)
    assert "\n" not in text


@pytest.mark.parametrize(
    "key",
    [
        "local",
        "termination_protection",
        "delete_authorities_with_certificates",
        "require_issuance_record",
        "alarms.enabled",
        "delivery.approval",
        "authorities.fleet.replace",
    ],
)
@pytest.mark.parametrize("value", ['"off"', '"true"', "0", "1.0"])
def test_a_flag_is_true_or_false_and_nothing_like_it(key: str, value: str, refusal: Refusal) -> None:
    text = f"{key} = {value}\nauthorities.fleet.state = 'issuing'\ndelivery.wave = 1\n"

    assert refusal(text) == f"site.toml: {key}: Input should be a valid boolean"


@pytest.mark.parametrize("value", ["true", "30.0"])
def test_days_are_a_whole_number(value: str, refusal: Refusal) -> None:
    line = "site.toml: log_retention_days: Input should be a whole number"

    assert refusal(f"log_retention_days = {value}\n{FLEET}") == line


@pytest.mark.parametrize("key", ["create_thing", "refusal_share"])
def test_a_quota_is_a_number_and_nothing_like_it(key: str, refusal: Refusal) -> None:
    text = refusal(f'{FLEET}[quotas]\n{key} = "0.5"\n')

    assert text == f"site.toml: quotas.{key}: Input should be a valid number"


@pytest.mark.parametrize("name", ["jitr-pipeline", "jitr-pipeline-dev", "wave-1", "approve-12"])
def test_names_of_the_pipelines_parts_are_no_environments(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.toml").write_text(FLEET)

    with pytest.raises(SettingsError, match=f"{name}.toml: no name for an environment; the pipeline's own"):
        settings.load(name, tmp_path, {})


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ('"aws:x" = "1"', "'aws:x': what begins with aws: is AWS's own"),
        ('x = "AWS:1"', "'x': what begins with aws: is AWS's own"),
        ('"" = "1"', "'': the name of a tag has from 1 to 128 characters"),
        (f'{"x" * 129} = "1"', f"'{'x' * 128}': the name of a tag has from 1 to 128 characters"),
        (f'x = "{"1" * 257}"', "'x': the value of a tag has up to 256 characters"),
        ('x = "<1>"', "'x': a tag has letters, digits, blanks and _ . : / = + - @ alone"),
        ('"x\\n" = "1"', "'x\\n': a tag has letters, digits, blanks and _ . : / = + - @ alone"),
        ('x = "1"\nX = "1"', "'x': there twice, as IAM sees no difference between upper and lower case"),
    ],
)
@pytest.mark.parametrize("table", ["tags", "authorities.fleet.tags"])
def test_tags_that_aws_does_not_take_are_refused(table: str, tag: str, said: str, refusal: Refusal) -> None:
    assert refusal(f"{FLEET}[{table}]\n{tag}\n") == f"site.toml: {table}: {said}"


def tags(count: int, name: str = "t") -> str:
    return "".join(f'{name}{number} = ""\n' for number in range(count))


def test_tags_may_be_as_many_and_as_long_as_aws_takes(tmp_path: Path) -> None:
    longest = f'"Größe 1_.:/=+-@{"x" * 113}" = "{"1" * 256}"\n'

    site = load(f"{FLEET}[tags]\n{longest}{tags(46)}", tmp_path)

    assert len(site.tags) == 47


def test_more_tags_than_fit_beside_the_project_s_are_refused(refusal: Refusal) -> None:
    said = "48 tags; beside the project's own AWS takes 47 at most"

    assert refusal(f"{FLEET}[tags]\n{tags(48)}") == f"site.toml: tags: {said}"
    assert refusal(f"{FLEET}[tags]\n{tags(40)}[authorities.fleet.tags]\n{tags(8, 'a')}") == (
        f"site.toml: authorities.fleet.tags: with those of the environment: {said}"
    )


def test_two_authorities_with_one_subject_are_refused(refusal: Refusal) -> None:
    # AWS allows ten CAs with one subject in an account; a fleet that rotates would run into that.
    subject = '[authorities.{}.subject]\ncommon_name = "Fleet CA"\n'
    both = (
        FLEET + '[authorities.older]\nstate = "trusted"\n' + subject.format("fleet") + subject.format("older")
    )

    assert (
        refusal(both) == "site.toml: authorities.older.subject: the same as that of fleet; each needs its own"
    )


@given(name=st.text(max_size=40))
def test_any_environment_name_is_loaded_or_refused_in_one_line(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load(name, tmp_path_factory.getbasetemp(), {})

    assert "\n" not in str(refused.value)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=12), inner), max_leaves=8
)
KEYS = st.sampled_from([*Settings.model_fields, "subject", "fleet"])


@given(table=st.dictionaries(KEYS, TREES | st.fixed_dictionaries({"fleet": TREES})))
def test_any_table_is_accepted_or_refused_never_a_crash(table: dict[str, object]) -> None:
    with contextlib.suppress(SettingsError):
        own = Layer(Source.ENVIRONMENT, "site.toml", table)
        loaded = settings.checked("site", Layers((own,)), Path())
        assert loaded.issuing_authority in loaded.authorities
