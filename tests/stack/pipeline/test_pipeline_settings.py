"""Settings of the pipeline and of an environment's place in it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from delivered import EXAMPLE

from jitr_stack import pipeline_settings, settings


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[str], str]:
    """Give the text with which a pipeline's file is refused."""

    def text(toml: str) -> str:
        (tmp_path / "pipeline.toml").write_text(toml)
        with pytest.raises(settings.SettingsError) as refused:
            pipeline_settings.load(tmp_path / "pipeline.toml")
        return str(refused.value).removeprefix(f"{tmp_path}/")

    return text


def test_without_a_file_there_is_no_pipeline(tmp_path: Path) -> None:
    assert pipeline_settings.load(tmp_path / "pipeline.toml") is None


def test_a_file_that_the_variable_names_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "pipelin.toml"

    with pytest.raises(settings.SettingsError, match=f"^{file}: no such file; JITR_PIPELINE names it$"):
        pipeline_settings.load(variables={"JITR_PIPELINE": str(file)})


@pytest.mark.parametrize("to", ["nowhere.toml", "pipeline.toml"])
def test_a_file_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path, to: str) -> None:
    file = tmp_path / "pipeline.toml"
    file.symlink_to(to)

    with pytest.raises(settings.SettingsError, match=f"{file}"):
        pipeline_settings.load(file)


def test_what_is_wrong_with_the_file_is_one_line_that_names_the_key(refusal: Callable[[str], str]) -> None:
    example = EXAMPLE.read_text()

    assert refusal(example + "brunch = 1\n") == "pipeline.toml: brunch: unknown key"
    assert refusal(re.sub("connection = .*", "", example)) == "pipeline.toml: connection: Field required"
    assert refusal("account = ").startswith("pipeline.toml: Invalid value")
    assert refusal(f"account = {'9' * 5000}").startswith("pipeline.toml: Exceeds the limit")
    assert refusal(f"account = {'[' * 5000}").startswith("pipeline.toml: nested too deeply")


def test_an_environment_on_this_machine_is_not_delivered(tmp_path: Path) -> None:
    local = (settings.ENVIRONMENTS / "local.toml").read_text()
    (tmp_path / "local.toml").write_text(f"{local}\n[delivery]\nwave = 1\n")

    with pytest.raises(settings.SettingsError, match="delivery: an environment on this machine is not"):
        settings.load("local", tmp_path)


def test_of_the_repository_s_environments_production_alone_waits_for_a_yes() -> None:
    waits = {each.name: each.delivery.approval for each in settings.load_all() if each.delivery}

    assert waits == {"dev": False, "prod": True}
