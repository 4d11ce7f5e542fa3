"""Certificates are found in whatever factories hand over, one after the other, and nothing else is."""

import base64
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoption.unfit import UnfitCertificate
from jitr.bulk.candidate import LONGEST, Candidate, Unreadable
from jitr.bulk.csv_stream import read_csv
from jitr.bulk.inputs import Inputs
from jitr.bulk.kind import CERTIFICATES
from jitr.bulk.pem_stream import read_pem
from jitr.failure import BadUseError
from jitr.issued.decoding import certificate_der
from tests.unit.jitr.factory import leaf_pem

ONE, TWO = leaf_pem("pump-1"), leaf_pem("pump-2")
KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"


def pems(text: str | bytes) -> list[Candidate | Unreadable]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_pem(io.BytesIO(raw), "file", CERTIFICATES))


def rows(text: str) -> list[Candidate | Unreadable]:
    return list(read_csv(io.BytesIO(text.encode()), "table.csv", CERTIFICATES))


def ders(found: list[Candidate | Unreadable]) -> list[bytes]:
    return [certificate_der(each.text) for each in found if isinstance(each, Candidate)]


def der_of(pem: str) -> bytes:
    return base64.b64decode("".join(pem.splitlines()[1:-1]))


BOTH = [der_of(ONE), der_of(TWO)]


@pytest.mark.parametrize(
    "text",
    [
        ONE + TWO,
        ONE.rstrip() + TWO,
        "Certificate:\n    Data: pump\n" + ONE + "\n\n" + KEY + TWO + KEY,
        (ONE + TWO).replace("\n", "\r\n"),
        (ONE + TWO).replace("CERTIFICATE", "X509 CERTIFICATE"),
        KEY + ONE + TWO.rstrip(),
    ],
    ids=["joined", "without line break", "text and keys between", "CRLF", "older label", "key first"],
)
def test_every_certificate_of_a_stream_is_found(text: str) -> None:
    assert ders(pems(text)) == BOTH


def test_a_certificate_is_named_by_file_and_line() -> None:
    found = pems("# pumps\n" + ONE + TWO)
    assert [each.place for each in found] == ["file:2", f"file:{2 + len(ONE.splitlines())}"]


def test_one_that_never_ends_does_not_hide_the_next() -> None:
    cut, whole = pems(ONE[:200] + "\n" + TWO)
    assert isinstance(cut, Candidate)
    with pytest.raises(UnfitCertificate, match="begins and does not end"):
        certificate_der(cut.text)
    assert ders([whole]) == BOTH[1:]


def test_one_that_never_ends_is_not_held_for_long() -> None:
    endless = "-----BEGIN CERTIFICATE-----\n" + "A" * 63 + "\n"
    found = pems(endless + ("A" * 63 + "\n") * 4096 + TWO)
    assert isinstance(found[0], Candidate)
    assert len(found[0].text) <= 2 * LONGEST
    assert ders(found[1:]) == BOTH[1:]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "no PEM"), (b"hello\n", "no PEM"), (der_of(ONE), "openssl x509 -inform der")],
    ids=["nothing", "text", "DER"],
)
def test_a_file_without_pem_is_said(content: bytes, said: str) -> None:
    (found,) = pems(content)
    assert isinstance(found, Unreadable)
    assert said in found.message


def test_a_file_with_other_pem_alone_has_no_certificates_and_no_fault() -> None:
    assert pems(KEY) == []


@pytest.mark.parametrize("body", ["!!!!", "ÄÄÄÄ", "AAA"])
def test_what_is_no_base64_is_said(body: str) -> None:
    (found,) = pems(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    assert isinstance(found, Candidate)
    with pytest.raises(UnfitCertificate, match="not base64"):
        certificate_der(found.text)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_stands_around_it_a_certificate_is_found(before: bytes, after: bytes) -> None:
    found = pems(before + b"\n" + ONE.encode() + after)
    assert BOTH[0] in ders([each for each in found if isinstance(each, Candidate) and "MII" in each.text])


@pytest.mark.parametrize(
    "text",
    [
        f'name,certificate\npump-1,"{ONE}"\npump-2,"{TWO}"\n',
        f'"{ONE}"\n"{TWO}"\n',
        f'certificate;line\n"{ONE}";3\n"{TWO}";4\n',
        f"certificate\tline\n{ONE!r}\t3\n{TWO!r}\t4\n".replace("'", ""),
        f"name,certificate\npump-1,{''.join(ONE.split(chr(10)))}\npump-2,{''.join(TWO.split(chr(10)))}\n",
        f'\ufeffname,certificate\r\npump-1,"{ONE}"\r\n\r\npump-2,"{TWO}"\r\n',
    ],
    ids=["comma", "no headings", "semicolon", "tab, escaped", "one line", "BOM, blank line"],
)
def test_the_column_with_certificates_is_found(text: str) -> None:
    assert ders(rows(text)) == BOTH


def test_a_row_without_a_certificate_is_named() -> None:
    found = rows(f'name,certificate\npump-1,"{ONE}"\npump-2,\npump-3\npump-4,"{TWO}"\n')
    assert [each.place for each in found] == [f"table.csv: row {row}" for row in (2, 3, 4, 5)]
    for empty in found[1:3]:
        assert isinstance(empty, Candidate)
        with pytest.raises(UnfitCertificate, match="no certificate"):
            certificate_der(empty.text)


def test_a_table_without_certificates_is_said() -> None:
    (found,) = rows("name,serial\npump-1,17\npump-2,18\n" + f'pump-3,"{ONE}"\n')
    assert isinstance(found, Unreadable)
    assert "no column of certificates" in found.message


def test_a_quote_that_never_ends_ends_the_table_and_is_said() -> None:
    *sound, broken = rows(f'name,certificate\npump-1,"{ONE}"\npump-2,"' + ("A" * 63 + "\n") * 4096)
    assert ders(sound) == BOTH[:1]
    assert isinstance(broken, Unreadable)
    assert "nothing after it was read" in broken.message


def test_a_folder_is_read_whole_and_only_what_may_be_certificates(tmp_path: Path) -> None:
    (tmp_path / "lot-1").mkdir()
    (tmp_path / "lot-1" / "a.crt").write_text(ONE)
    (tmp_path / "b.PEM").write_text(TWO)
    (tmp_path / "device.key").write_text(KEY)
    (tmp_path / "table.csv").write_text(f'certificate\n"{ONE}"\n')
    inputs = Inputs([tmp_path])
    assert inputs.total == sum(len(text) for text in (ONE, TWO, f'certificate\n"{ONE}"\n'))
    assert sorted(ders(list(inputs))) == sorted([*BOTH, BOTH[0]])
    assert (inputs.read, inputs.ignored) == (inputs.total, 1)


def test_a_named_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "certificates.txt").write_text(ONE)
    assert ders(list(Inputs([tmp_path / "certificates.txt"]))) == BOTH[:1]


def test_a_file_that_cannot_be_read_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.pem").symlink_to("nowhere")
    (tmp_path / "b.pem").write_text(ONE)
    gone, found = Inputs([tmp_path])
    assert gone == Unreadable(str(tmp_path / "a.pem"), "cannot be read (No such file or directory)")
    assert ders([found]) == BOTH[:1]


def test_a_path_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(BadUseError, match="nowhere: is not there"):
        Inputs([tmp_path / "nowhere"])


def test_a_stream_is_read_as_it_comes() -> None:
    stream = io.BytesIO((ONE * 1000).encode())
    first = next(iter(read_pem(stream, "-", CERTIFICATES)))
    assert isinstance(first, Candidate)
    assert stream.tell() == len(ONE)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n", b'a,"b\n-----BEGIN'], ids=["empty", "headings", "unended"]
)
def test_a_table_without_certificates_is_named_and_the_rest_is_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "0.csv").write_bytes(content)
    (tmp_path / "1.pem").write_text("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")

    first, second = Inputs([tmp_path])

    assert isinstance(first, Unreadable)
    assert isinstance(second, Candidate)


def test_closed_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)

    assert list(Inputs([Path("-")])) == [Unreadable("-", "standard input is closed")]


def test_a_key_that_was_named_is_said_to_be_none_and_one_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pump.pem").write_text(KEY)

    (named,) = Inputs([tmp_path / "pump.pem"])

    assert named == Unreadable(str(tmp_path / "pump.pem"), "holds no certificate; perhaps a key or a request")
    assert list(Inputs([tmp_path])) == []
