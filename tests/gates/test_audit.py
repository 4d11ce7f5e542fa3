"""`make audit` says of each lock file what is known, and never takes silence for safety."""

import json

import pytest

import audit

SAFE = {"name": "boto3", "version": "1.43.106", "vulns": []}
BAD = {
    "name": "jinja2",
    "version": "2.4",
    "vulns": [{"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"], "aliases": [], "description": ""}],
}
UNKNOWN = {
    "name": "rich",
    "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0.0)",
}


def report(*packages: dict) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_packages_without_a_known_vulnerability_are_counted() -> None:
    result = audit.read(report(SAFE), "")

    assert result.code == audit.CLEAN
    assert audit.tell("lock.txt", result) == "lock.txt: no known vulnerability in 1 packages"


def test_a_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    result = audit.read(report(SAFE, BAD, UNKNOWN), "")

    assert result.code == audit.VULNERABLE
    assert audit.tell("lock.txt", result) == "lock.txt: jinja2 2.4: PYSEC-2014-8, mended in 2.7.2"


def test_a_package_that_the_service_did_not_answer_about_is_not_audited() -> None:
    result = audit.read(report(SAFE, UNKNOWN), "")

    assert result.code == audit.NOT_AUDITED
    assert audit.tell("lock.txt", result) == (
        "lock.txt: NOT AUDITED, 1 of 2 packages could be asked about: "
        "Dependency not found on PyPI and could not be audited: rich (15.0.0)"
    )


def test_a_service_that_cannot_be_reached_is_no_clean_report() -> None:
    result = audit.read("", "Traceback\nConnectionError: Failed to resolve 'pypi.org'\n")

    assert result.code == audit.NOT_AUDITED
    assert audit.tell("lock.txt", result) == (
        "lock.txt: NOT AUDITED, 0 of 0 packages could be asked about: "
        "ConnectionError: Failed to resolve 'pypi.org'"
    )


@pytest.mark.parametrize("text", ['{"dependencies": [{"na', "<html>502</html>", "[]", "{}"])
def test_what_is_no_whole_report_is_not_audited(text: str) -> None:
    result = audit.read(text, "")

    assert result.code == audit.NOT_AUDITED
    assert audit.tell("lock.txt", result) == (
        "lock.txt: NOT AUDITED, 0 of 0 packages could be asked about: no package in the report"
    )


@pytest.mark.parametrize(
    ("codes", "code"),
    [([0, 0], 0), ([0, 75], 75), ([75, 1, 0], 1)],
    ids=["clean", "not audited", "vulnerable"],
)
def test_one_lock_file_with_a_vulnerability_is_enough(codes: list[int], code: int) -> None:
    assert audit.worst(codes) == code
