"""What the measurement of signing is made of."""

import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks.proxy.journal import Call
from benchmarks.signing import alone
from benchmarks.signing.deployed import Run
from benchmarks.signing.lot import Factory
from benchmarks.signing.spent import Spent, spent
from benchmarks.signing.with_files import SPEED, Bound
from pki.request import read_request

SAID = """\
version: 3.0.13
                              sign    verify    sign/s verify/s
 256 bits ecdsa (nistp256)   0.0000s   0.0001s  40000.0  10000.0
"""


def test_openssl_s_figures_are_read() -> None:
    found = SPEED.search(SAID)
    assert found is not None
    assert (found["sign"], found["verify"]) == ("40000.0", "10000.0")


def test_who_verifies_and_signs_is_slower_than_who_does_one_of_them() -> None:
    assert Bound(40_000, 10_000).certificates == pytest.approx(8_000)
    assert Bound.between(Bound(1, 2), Bound(3, 6)) == Bound(2, 4)


def test_what_commands_spend_counts_their_children(tmp_path: Path) -> None:
    busy = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(3_000_000))'])"
    took = spent([[sys.executable, "-c", busy]], 10, tmp_path)
    assert took.cpu_seconds > 0.01
    assert took.per_second == pytest.approx(10 / took.seconds)


def test_a_command_that_fails_ends_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        spent([[sys.executable, "-c", "raise SystemExit('no such thing')"]], 1, tmp_path)


def test_a_lot_s_requests_are_sound_and_of_different_devices(tmp_path: Path) -> None:
    factory = Factory.of(tmp_path, 5)
    names = {read_request(file.read_bytes()).common_name for file in factory.lot.iterdir()}
    assert names == {f"pump-{number}" for number in range(5)}


def test_the_library_alone_verifies_every_request_before_it_signs(tmp_path: Path) -> None:
    factory = Factory.of(tmp_path, 2)
    alone.main(factory.certificate, factory.key, factory.lot)
    forged = bytearray(x509.load_pem_x509_csr(factory.file(1).read_bytes()).public_bytes(Encoding.DER))
    forged[-1] ^= 1
    factory.file(1).write_bytes(x509.load_der_x509_csr(bytes(forged)).public_bytes(Encoding.PEM))
    with pytest.raises(ValueError, match=r"pump-1\.csr: is not signed by its key"):
        alone.main(factory.certificate, factory.key, factory.lot)


def test_the_rate_counts_granted_signatures_alone() -> None:
    signs = [
        Call(
            at=at,
            seconds=0,
            upstream=0,
            service="kms",
            operation="Sign",
            status=status,
            throttled=status == 400,
        )
        for at, status in ((0.0, 200), (0.1, 400), (1.0, 200), (2.0, 200))
    ]
    run = Run(2, Spent(3, 2.0, 1.0), signs)
    assert (run.rate, run.throttled, len(run.granted)) == (1.0, 1, 3)
