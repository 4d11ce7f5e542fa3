"""Where a lot's certificates go: a file for each request, never overwritten, found again by the next run."""

from datetime import timedelta
from pathlib import Path, PurePath

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from jitr.bulk.candidate import Candidate
from jitr.lot.certificate_folder import CertificateFolder
from pki.identity import certificate_id, pem
from pki.leaf import leaf_certificate
from pki.names import long_names
from pki.refused import RefusedRequest
from pki.request import DeviceRequest, read_request
from tests.unit.jitr.factory import CA, CA_KEY, NOW, OTHER_KEY, leaf
from tests.unit.jitr.lots import csr, folder

REQUEST = read_request(csr("pump-1"))


def signed(request: DeviceRequest = REQUEST) -> x509.Certificate:
    return leaf_certificate(request, CA, CA_KEY, timedelta(days=10))


@pytest.mark.parametrize(
    ("file", "certificate"),
    [
        ("pump-1.csr", "pump-1.crt"),
        ("lot-2/pump-1.PEM", "lot-2/pump-1.crt"),
        ("rev-1.2", "rev-1.2.crt"),
        ("pump.v2.csr", "pump.v2.crt"),
    ],
)
def test_a_certificate_is_called_as_the_file_of_its_request(file: str, certificate: str) -> None:
    found = Candidate(file, "", PurePath(file))
    assert folder(Path("certs")).file_for(found, REQUEST) == Path("certs") / certificate


@pytest.mark.parametrize(
    ("name", "certificate"),
    [("pump-1", "pump-1.crt"), ("../a", "..%2Fa.crt"), ("Gerät", "Ger%C3%A4t.crt")],
)
def test_one_of_several_in_a_file_is_called_as_its_device(name: str, certificate: str) -> None:
    request = read_request(csr(name))
    assert folder(Path("certs")).file_for(Candidate("-:1", ""), request) == Path("certs") / certificate


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with long_names():
        request = read_request(csr("ä" * 100))
    with pytest.raises(RefusedRequest) as refused:
        folder(Path("certs")).file_for(Candidate("-:1", ""), request)
    assert refused.value.reason == "long_name"


@given(st.text(min_size=1, max_size=40).filter(lambda name: name.strip() and name.isprintable()))
def test_no_device_s_name_leads_out_of_the_folder(name: str) -> None:
    request = DeviceRequest(name, REQUEST.subject, REQUEST.public_key, REQUEST.digest)
    try:
        file = folder(Path("certs")).file_for(Candidate("-:1", ""), request)
    except RefusedRequest:
        return
    assert file.parent == Path("certs")


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "pump-1.crt"
    assert folder(tmp_path).find(file, REQUEST) is None

    certificate = signed()
    assert folder(tmp_path).keep(file, REQUEST, pem(certificate)) is None

    assert folder(tmp_path).find(file, REQUEST) == certificate_id(certificate)


def test_of_two_at_once_the_first_one_s_certificate_stays(tmp_path: Path) -> None:
    file, first = tmp_path / "pump-1.crt", signed()
    folder(tmp_path).keep(file, REQUEST, pem(first))

    assert folder(tmp_path).keep(file, REQUEST, pem(signed())) == certificate_id(first)
    assert file.read_text() == pem(first)


def test_an_empty_file_that_a_power_cut_left_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "pump-1.crt"
    file.touch()
    assert folder(tmp_path).find(file, REQUEST) is None

    folder(tmp_path).keep(file, REQUEST, pem(signed()))

    assert folder(tmp_path).find(file, REQUEST) is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("precious", "holds no certificate"),
        (pem(signed(read_request(csr("pump-1", OTHER_KEY)))), "for another key"),
        (pem(signed(read_request(csr("pump-2")))), "for another subject"),
        (
            pem(leaf(REQUEST.subject, key=REQUEST.public_key, ca_key=OTHER_KEY)),
            "of another authority",
        ),
        (
            pem(leaf(REQUEST.subject, key=REQUEST.public_key, last=NOW - timedelta(minutes=1))),
            "that has expired",
        ),
    ],
    ids=["no certificate", "another key", "another subject", "another authority", "expired"],
)
def test_what_is_in_the_way_is_named_and_left_alone(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "pump-1.crt"
    file.write_text(content)

    for attempt in (folder(tmp_path).find, lambda *where: folder(tmp_path).keep(*where, pem(signed()))):
        with pytest.raises(RefusedRequest, match=said) as refused:
            attempt(file, REQUEST)
        assert refused.value.reason == "in_the_way"
    assert file.read_text() == content


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "pump-1.crt").mkdir()
    with pytest.raises(RefusedRequest, match=r"cannot be read \(Is a directory\)"):
        CertificateFolder(tmp_path, CA).find(tmp_path / "pump-1.crt", REQUEST)
