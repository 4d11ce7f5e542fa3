import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.failure import BadUseError
from jitr.subject import FIELDS, parse

VALUES = st.text(st.characters(exclude_categories=["C"]), min_size=1)


def test_the_tutorials_subject_is_read() -> None:
    assert parse("/C=US/ST=California/L=Santa Barbara/O=Zymkey/") == {
        "country": "US",
        "state": "California",
        "locality": "Santa Barbara",
        "organization": "Zymkey",
    }


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES, min_size=1))
def test_any_value_survives_when_its_slashes_and_backslashes_are_escaped(values: dict[str, str]) -> None:
    escaped = {name: value.replace("\\", r"\\").replace("/", r"\/") for name, value in values.items()}
    text = "".join(f"/{name}={value}" for name, value in escaped.items())
    assert parse(text) == {FIELDS[name]: value for name, value in values.items()}


@pytest.mark.parametrize("text", ["", "C=US", "/X=1", "/C", "/C=US/C=DE", "//", "/"])
def test_what_is_no_subject_is_refused(text: str) -> None:
    with pytest.raises(BadUseError, match="--subject"):
        parse(text)


@given(st.text())
def test_any_other_text_is_read_or_refused_never_worse(text: str) -> None:
    try:
        fields = parse(text)
    except BadUseError:
        return
    assert fields.keys() <= set(FIELDS.values())
