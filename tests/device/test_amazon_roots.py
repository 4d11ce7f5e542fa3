"""Amazon's roots come out of the system's store, known by their fingerprints."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

import pytest

from device.jitr_device.amazon_roots import FINGERPRINTS, SOURCES, amazon_roots
from device.jitr_device.certificate import A_CERTIFICATE
from device.jitr_device.errors import DeviceError
from tests.device.authority import Authority

needs_store = pytest.mark.skipif(
    not any(Path(source).exists() for source in SOURCES), reason="needs Debian package ca-certificates"
)


@needs_store
def test_the_systems_store_gives_amazon_root_ca_1_and_3_and_nothing_else() -> None:
    pems = [found.group() for found in A_CERTIFICATE.finditer(amazon_roots())]

    fingerprints = {hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() for pem in pems}
    assert len(pems) == 2
    assert fingerprints == set(FINGERPRINTS)


@needs_store
def test_they_are_found_inside_a_bundle(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(Authority.make(tmp_path, "another").file.read_text() + amazon_roots())

    assert amazon_roots([str(bundle)]) == amazon_roots()


def test_a_file_of_the_right_name_with_another_certificate_is_not_believed(tmp_path: Path) -> None:
    impostor = Authority.make(tmp_path, "Amazon_Root_CA_1").file

    with pytest.raises(
        DeviceError, match="Amazon Root CA 1 and Amazon Root CA 3: not in this system's store"
    ):
        amazon_roots([str(impostor), str(tmp_path / "nosuch.pem")])
