"""docs/commands.md says what the program does, no more and no less."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from jitr import authority_view
from jitr.authorities import RegisteredAuthority
from jitr.doctor.check import Check, Examined, ok
from jitr.doctor.view import fields
from jitr.issued.tally import Tally
from jitr.options import CHECKOUT
from jitr.rotation import Rotation
from jitr.smoke.result import Result as SmokeResult
from jitr.standing import Standing
from pki.identity import pem
from tests.unit.jitr.app_tree import COMMANDS, WITH_JSON, Words, options
from tests.unit.jitr.factory import CA

Jitr = Callable[..., Result]
PAGE = (CHECKOUT / "docs" / "commands.md").read_text()
SECTIONS = dict(re.findall(r"^## `jitr ([^`]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
COMMON = {
    option
    for row in re.findall(r"^\| `(--[\w-]+)`(?:, `(-\w)`)?", PAGE, re.MULTILINE)
    for option in row
    if option
}
"""Options that mean the same wherever they are, described once."""


def section(words: Words) -> str:
    """What the page says about a command, the JSON left out."""
    return re.sub(r"```.*?```", "", SECTIONS[" ".join(words)], flags=re.DOTALL)


def shape(*words: str) -> Any:
    """The JSON of a command as the page has it."""
    (block,) = re.findall(r"```json\n(.*?)```", SECTIONS[" ".join(words)], re.DOTALL)
    return json.loads(block)


def test_each_command_has_a_section_and_each_section_a_command() -> None:
    assert set(SECTIONS) == {" ".join(words) for words in COMMANDS}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_section_names_the_options_of_its_command_beside_the_common_ones(words: Words) -> None:
    named = set(re.findall(r"`(--[\w-]+)", section(words)))

    assert named - COMMON == options(words) - COMMON


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_has_a_shape_where_it_offers_json(words: Words) -> None:
    assert ("```json" in SECTIONS[" ".join(words)]) is (words in WITH_JSON)


def test_the_exit_codes_are_those_of_the_help(jitr: Jitr) -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}

    assert codes == {0, 1, 2, 130, 141}
    assert "Exit codes: 0 done, 1 failed, 2 wrongly called" in jitr("--help").stdout


def names(value: Any) -> set[str]:
    """The names in an answer, of its first element where it is a list."""
    return set((value[0] if isinstance(value, list) else value).keys())


@pytest.mark.parametrize(
    ("command", "value"),
    [
        ("ca list", [Standing(None).fields()]),
        ("ca describe-rotation", Rotation("prod", "quiet", [], []).fields()),
        ("doctor", fields("prod", [])),
        ("smoke", SmokeResult("prod").fields()),
    ],
)
def test_what_needs_a_stack_has_the_shape_of_the_code(command: str, value: Any) -> None:
    assert names(shape(*command.split())) == names(value)


def test_a_finding_of_the_doctor_has_the_shape_of_the_code() -> None:
    examined = Examined(Check("group", "name", lambda _site: []), (ok("fine"),))
    (finding,) = fields("prod", [examined])["findings"]  # type: ignore[misc]

    assert names(shape("doctor")["findings"]) == names(finding)


def test_an_import_s_counts_have_the_shape_of_the_code() -> None:
    own = {"environment", "ignored_files", "by_authority", "seconds", "bad_certificates"}

    assert names(shape("issued", "import")) == own | names(Tally(print).fields())


def test_what_needs_files_only_has_the_shape_of_what_it_prints(
    jitr: Jitr, ca_files: Path, signing_request: Path
) -> None:
    authority = ("--ca-cert", ca_files / "zk_ca.pem", "--ca-key", ca_files / "zk_ca.key")

    made = jitr("ca", "create", "--out", "made", "--json")
    shown = jitr("ca", "show", ca_files / "zk_ca.pem", "--json")
    signed = jitr("sign", signing_request, "pump-1.crt", *authority, "--json")

    assert names(json.loads(made.stdout)) == names(shape("ca", "create"))
    assert names(json.loads(shown.stdout)) == names(shape("ca", "show"))
    assert names(json.loads(signed.stdout)) == names(shape("sign"))


def test_a_registered_authority_has_the_shape_of_the_code() -> None:
    registered = RegisteredAuthority("842c", "arn", "ACTIVE", "ENABLE", "DEFAULT", pem(CA))

    assert names(shape("ca", "register")) == names(authority_view.fields(registered)) | {"new"}


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "words", [("endpoint",), ("ca", "registration-code"), ("ca", "verification-csr", "--out", "v.csr")]
)
def test_what_asks_aws_iot_has_the_shape_of_what_it_prints(jitr: Jitr, words: Words) -> None:
    done = jitr(*words, "-e", "dev", "--json")

    command = words[: words.index("--out")] if "--out" in words else words
    assert names(json.loads(done.stdout)) == names(shape(*command))


def test_settings_have_the_shape_of_what_is_printed(jitr: Jitr) -> None:
    printed = json.loads(jitr("env", "show", "dev", "--json").stdout)

    assert names(shape("env", "show")) == names(printed)
    assert names(shape("env", "show")["settings"]) == names(printed["settings"])


def test_a_local_aws_that_is_down_says_so_in_the_shape_of_the_page(jitr: Jitr) -> None:
    assert json.loads(jitr("local", "status", "--json").stdout) == shape("local", "status")
