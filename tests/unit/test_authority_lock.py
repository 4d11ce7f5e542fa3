"""An authority does not become another one unawares."""

import json
from pathlib import Path

import pytest

from jitr_stack import settings
from jitr_stack.authority_lock import hold, lock_file
from jitr_stack.settings import Settings, SettingsError

FLEET = "[authorities.fleet]\n"


def environment(folder: Path, toml: str) -> Settings:
    (folder / "site.toml").write_text(toml)
    return settings.load("site", folder, {})


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A folder with an environment and its lock."""
    hold(environment(tmp_path, FLEET), tmp_path)
    return tmp_path


def test_new_authority_is_noted_to_be_committed(tmp_path: Path) -> None:
    written = hold(environment(tmp_path, FLEET), tmp_path)

    assert written == lock_file("site", tmp_path)
    assert json.loads(written.read_text())["fleet"]["custody"] == "kms"


def test_a_lock_that_is_a_link_to_nowhere_is_not_taken_for_none(tmp_path: Path) -> None:
    site = environment(tmp_path, FLEET)
    lock_file("site", tmp_path).symlink_to("nowhere.json")

    with pytest.raises(SettingsError, match=r"site\.lock\.json: a link to a file that is not there"):
        hold(site, tmp_path)


def test_a_lock_that_is_nested_too_deeply_is_refused_in_one_line(locked: Path) -> None:
    lock_file("site", locked).write_text("[" * 100_000)

    with pytest.raises(SettingsError, match=r"site\.lock\.json: cannot be read as a lock: nested too deeply"):
        hold(environment(locked, FLEET), locked)


def test_nothing_is_written_where_nothing_changed(locked: Path) -> None:
    assert hold(environment(locked, FLEET), locked) is None


@pytest.mark.parametrize(
    ("changed", "was"),
    [
        ('custody = "secrets_manager"\n', "custody: was kms, now secrets_manager"),
        ('algorithm = "P-384"\n', "algorithm: was P-256, now P-384"),
        ("validity_days = 100\n", "validity_days: was 3650, now 100"),
        ('mode = "SNI_ONLY"\n', "mode: was DEFAULT, now SNI_ONLY"),
        (
            '[authorities.fleet.subject]\norganization = "Else"\n',
            "subject: was {'common_name': 'site fleet device CA'}",
        ),
    ],
)
def test_change_of_what_it_is_is_refused_and_nothing_lost(changed: str, was: str, locked: Path) -> None:
    before = lock_file("site", locked).read_bytes()

    with pytest.raises(SettingsError) as refused:
        hold(environment(locked, FLEET + changed), locked)

    assert str(refused.value).startswith(f"{locked}/site.toml: authorities.fleet.{was}")
    assert "add a new one and move `issuing` to it" in str(refused.value)
    assert lock_file("site", locked).read_bytes() == before


def test_replacement_must_be_asked_for(locked: Path) -> None:
    replaced = environment(locked, FLEET + 'algorithm = "P-384"\nreplace = true\n')

    assert hold(replaced, locked) is not None
    assert json.loads(lock_file("site", locked).read_text())["fleet"]["algorithm"] == "P-384"


@pytest.mark.parametrize("state", ["trusted", "closed", "retired"])
def test_rotation_changes_no_authority(state: str, locked: Path) -> None:
    both = f'{FLEET}state = "{state}"\n[authorities.next]\n'

    hold(environment(locked, both), locked)

    assert sorted(json.loads(lock_file("site", locked).read_text())) == ["fleet", "next"]


def test_authority_that_went_is_forgotten(locked: Path) -> None:
    hold(environment(locked, "[authorities.next]\n"), locked)

    assert list(json.loads(lock_file("site", locked).read_text())) == ["next"]


@pytest.mark.parametrize("content", ["{", "[]", "\xff", '{"fleet": 5}', '{"fleet": null}', '{"fleet": {}}'])
def test_damaged_lock_is_one_line(content: str, locked: Path) -> None:
    lock_file("site", locked).write_bytes(content.encode("latin-1"))

    with pytest.raises(SettingsError, match=r"site\.lock\.json: cannot be read as a lock"):
        hold(environment(locked, FLEET), locked)


def test_embedded_aws_keeps_no_lock(tmp_path: Path) -> None:
    local = environment(tmp_path, 'local = true\naccount = "000000000000"\n' + FLEET)

    assert hold(local, tmp_path) is None
    assert not lock_file("site", tmp_path).exists()
