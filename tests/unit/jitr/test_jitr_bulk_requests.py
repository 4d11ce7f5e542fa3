"""Requests are found as certificates are, but for the company that they may not keep: a private key's."""

import io
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.bulk.candidate import LONGEST, Candidate, Unreadable
from jitr.bulk.csv_stream import read_csv
from jitr.bulk.inputs import Inputs
from jitr.bulk.kind import REQUESTS
from jitr.bulk.pem_stream import read_pem
from pki.refused import RefusedRequest
from pki.request import read_request
from tests.unit.jitr.factory import leaf_pem
from tests.unit.jitr.lots import csr

ONE, TWO = csr("pump-1"), csr("pump-2")
KEY = "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n"


def found(path: Path) -> list[Candidate | Unreadable]:
    return list(Inputs([path], REQUESTS))


def names(candidates: list[Candidate | Unreadable]) -> list[str]:
    return [read_request(each.text).common_name for each in candidates if isinstance(each, Candidate)]


def test_a_folder_s_requests_know_where_below_it_they_stand(tmp_path: Path) -> None:
    (tmp_path / "line-2").mkdir()
    (tmp_path / "a.csr").write_text(ONE)
    (tmp_path / "line-2" / "b.REQ").write_text(TWO)

    first, second = found(tmp_path)

    assert isinstance(first, Candidate)
    assert isinstance(second, Candidate)
    assert (first.place, first.file) == (str(tmp_path / "a.csr"), PurePath("a.csr"))
    assert second.file == PurePath("line-2/b.REQ")
    assert names([first, second]) == ["pump-1", "pump-2"]


def test_several_in_a_file_are_named_by_line_and_have_none_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "lot.csr").write_text(ONE + TWO)

    candidates = found(tmp_path)

    places = [f"{tmp_path / 'lot.csr'}:{line}" for line in (1, 1 + len(ONE.splitlines()))]
    assert [each.place for each in candidates] == places
    assert [each.file for each in candidates if isinstance(each, Candidate)] == [None, None]
    assert names(candidates) == ["pump-1", "pump-2"]


def test_a_request_is_judged_with_the_key_that_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text(KEY + ONE)

    (candidate,) = found(tmp_path)

    assert isinstance(candidate, Candidate)
    with pytest.raises(RefusedRequest) as refused:
        read_request(candidate.text)
    assert refused.value.reason == "holds_private_key"


def test_a_key_among_several_requests_is_given_to_be_refused() -> None:
    first, key, second = read_pem(io.BytesIO((ONE + KEY + TWO).encode()), "-", REQUESTS)

    assert names([first, second]) == ["pump-1", "pump-2"]
    assert isinstance(key, Candidate)
    with pytest.raises(RefusedRequest):
        read_request(key.text)


def test_keys_and_certificates_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(KEY)
    (tmp_path / "ca.pem").write_text(leaf_pem())

    assert found(tmp_path) == []


@pytest.mark.parametrize("content", [KEY, leaf_pem(), "hello", ""])
def test_a_file_that_is_called_a_request_and_holds_none_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.csr").write_text(content)

    (unreadable,) = found(tmp_path)

    assert isinstance(unreadable, Unreadable)
    assert "holds no request" in unreadable.message


def test_der_is_said_with_the_command_that_turns_it_into_pem(tmp_path: Path) -> None:
    (tmp_path / "a.csr").write_bytes(b"\x30\x82\x01\x00")

    (unreadable,) = found(tmp_path)

    assert isinstance(unreadable, Unreadable)
    assert "`openssl req -inform der`" in unreadable.message


def test_the_column_of_requests_is_found_beside_one_of_certificates() -> None:
    table = f'certificate,csr\n"{leaf_pem()}","{ONE}"\n"{leaf_pem()}","{TWO}"\n'

    assert names(list(read_csv(io.BytesIO(table.encode()), "lot.csv", REQUESTS))) == ["pump-1", "pump-2"]


def test_what_is_too_long_for_one_is_read_as_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a.csr").write_text("# notes\n" * LONGEST + ONE)

    assert names(found(tmp_path)) == ["pump-1"]


def test_all_that_was_read_is_counted(tmp_path: Path) -> None:
    for name, content in (("a.csr", ONE), ("b.csr", ONE + TWO), ("c.csv", f'csr\n"{ONE}"\n')):
        (tmp_path / name).write_text(content)
    inputs = Inputs([tmp_path], REQUESTS)

    assert len(list(inputs)) == 4
    assert inputs.read == inputs.total


@given(st.binary(max_size=400))
def test_whatever_a_file_holds_it_is_given_or_named_and_never_raised(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("lot") / "a.csr"
    file.write_bytes(content)

    candidates = found(file)

    assert candidates
    for each in candidates:
        if isinstance(each, Candidate):
            with pytest.raises(RefusedRequest):
                read_request(each.text)
