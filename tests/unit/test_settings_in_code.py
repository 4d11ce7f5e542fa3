"""Settings made in another app's code, without a file."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from contract import Custody, KeyAlgorithm
from jitr_stack.authorities import Authority, Subject
from jitr_stack.authority_lock import hold
from jitr_stack.settings import Settings, SettingsError


def test_name_and_an_authority_are_enough() -> None:
    made = Settings(name="fleet", authorities={"devices": Authority()})

    assert made.issuing_authority == "devices"
    assert (made.account, made.region, made.architecture, made.removal) == (None, None, "arm64", "destroy")


def test_authority_made_in_code_is_what_a_file_would_have_made_of_it() -> None:
    in_code = Settings(
        name="fleet",
        authorities={"devices": Authority(algorithm=KeyAlgorithm.P384, subject=Subject(country="DE"))},
    )
    of_a_file = Settings.model_validate(
        {
            "name": "fleet",
            "authorities": {"devices": {"algorithm": "P-384", "subject": {"country": "DE"}}},
        }
    )

    assert in_code == of_a_file
    assert in_code.authorities["devices"].subject.common_name == "fleet devices device CA"


def test_authorities_without_a_subject_have_one_each() -> None:
    made = Settings(name="fleet", authorities={"old": Authority(state="trusted"), "new": Authority()})

    assert {each.subject.common_name for each in made.authorities.values()} == {
        "fleet old device CA",
        "fleet new device CA",
    }


def test_settings_that_cannot_be_are_refused_by_name() -> None:
    with pytest.raises(ValidationError, match=r"authorities\.devices|RSA-2048 needs custody"):
        Settings(name="fleet", authorities={"devices": {"algorithm": "RSA-2048", "custody": "kms"}})


def test_missing_name_is_told() -> None:
    with pytest.raises(ValidationError, match=r"name\s+Field required"):
        Settings.model_validate({"authorities": {"devices": {"custody": Custody.KMS}}})


def test_lock_holds_authorities_that_have_no_file(tmp_path: Path) -> None:
    hold(Settings(name="fleet", authorities={"devices": Authority()}), tmp_path)

    with pytest.raises(SettingsError, match=r"authorities\.devices\.algorithm: was P-256, now P-384"):
        hold(
            Settings(name="fleet", authorities={"devices": Authority(algorithm=KeyAlgorithm.P384)}), tmp_path
        )
