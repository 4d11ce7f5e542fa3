"""docs/settings.md has every setting as the types have it, and says what each means."""

import re

from jitr.settings_page import PAGE, renewed, tables
from jitr_stack.settings import Settings

ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in tables().splitlines()
    if line.startswith("| `")
]


def test_the_page_is_as_the_types_are() -> None:
    page = PAGE.read_text()

    assert renewed(page) == page, "run `make settings` and commit docs/settings.md"


def test_tables_that_are_out_of_date_are_renewed_and_nothing_else() -> None:
    page = PAGE.read_text()

    assert renewed(page.replace("| `fleet_size` |", "| `fleet` |")) == page


def test_each_setting_says_what_it_means() -> None:
    assert [key for key, meaning, _, _ in ROWS if not meaning] == []


def test_each_setting_of_an_environment_has_a_row_or_a_table() -> None:
    named = {re.split(r"[.`]", key)[1] for key, *_ in ROWS}

    assert named == set(Settings.model_fields) - {"name"}


def test_a_row_says_what_a_setting_may_be_and_what_it_is_otherwise() -> None:
    rows = {key.strip("`"): rest for key, _, *rest in ROWS}

    assert rows["removal"] == ["`destroy`, `retain`", "`destroy`"]
    assert rows["quotas.refusal_share"] == ["above 0 to 0.5", "`0.05`"]
    assert rows["authorities.<name>.algorithm"] == ["`P-256`, `P-384`, `RSA-2048`", "`P-256`"]
    assert rows["provisioning.groups"] == ["list of texts", ""]
