"""Devices with held keys, and the servers they talk to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from device.jitr_device.pkcs11 import find_engine, find_softhsm_module
from tests.device.authority import Authority, ServerIdentity, write_key
from tests.device.endpoints import Behaviour, Endpoint, Listen
from tests.device.held_key import THING, Device, Enrol, Token
from tests.device.requirements import ENGINE_STAND_IN, SOFTHSM, TPM, need
from tests.device.tpm import HANDLE, hold_key, software_tpm


@pytest.fixture
def plain_environment(tmp_path: Path) -> dict[str, str]:
    """What a device's shell has: none of the caller's trust stores, proxies or tokens."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of OpenSSL engines that holds the Zymkey's stand-in, compiled now."""
    need(*ENGINE_STAND_IN)
    folder = tmp_path_factory.mktemp("engines")
    source = Path(__file__).with_name("zymkey_engine.c")
    warnings = ["-Wall", "-Wextra", "-Werror"]
    target = ["-o", str(folder / "zymkey_ssl.so")]
    subprocess.run(
        ["gcc", "-shared", "-fPIC", *warnings, *target, str(source), "-lcrypto"], check=True, timeout=120
    )
    pkcs11 = find_engine("pkcs11")
    if pkcs11:  # OPENSSL_ENGINES replaces the system's folder, so its engine is linked in
        (folder / "pkcs11.so").symlink_to(pkcs11)
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder that the device's commands run in; keys and servers' files lie outside."""
    folder = tmp_path / "device"
    folder.mkdir()
    return folder


@pytest.fixture
def slot_key(tmp_path: Path) -> Path:
    """The key in the stand-in's only slot."""
    return write_key(tmp_path / "slot.pem", ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def zymkey(plain_environment: Mapping[str, str], engines: Path, slot_key: Path, work: Path) -> Device:
    """A device whose key is behind engine `zymkey_ssl`."""
    variables = {"OPENSSL_ENGINES": str(engines), "ZYMKEY_TEST_KEY": str(slot_key)}
    return Device(work, {**plain_environment, **variables}, ())


@pytest.fixture
def token(tmp_path: Path, plain_environment: Mapping[str, str]) -> Token:
    """A SoftHSM2 token of this test's own, with a key that was made inside it."""
    need(*SOFTHSM)
    module = find_softhsm_module()
    assert module is not None
    configuration = tmp_path / "softhsm2.conf"
    (tmp_path / "tokens").mkdir()
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    environment = {**plain_environment, "SOFTHSM2_CONF": str(configuration)}
    made = Token(environment, module, pin="493817")
    initialise = ["softhsm2-util", "--init-token", "--free", "--label", made.label]
    subprocess.run(
        [*initialise, "--pin", made.pin, "--so-pin", "77553311"],
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    made.tool(
        "--keypairgen", "--key-type", "EC:prime256v1", "--label", "device-key", "--id", "01"
    ).check_returncode()
    return made


@pytest.fixture
def softhsm(token: Token, work: Path) -> Device:
    """A device whose key is in a PKCS#11 token."""
    pin = work.parent / "pin"
    pin.touch(mode=0o600)
    pin.write_text(f"{token.pin}\n")
    return Device(work, token.environment, ("--key", token.uri, "--pin-file", str(pin)))


@pytest.fixture
def tpm(tmp_path: Path, plain_environment: Mapping[str, str], work: Path) -> Iterator[Device]:
    """A device whose key is in a TPM 2.0."""
    need(*TPM)
    with software_tpm(tmp_path, plain_environment) as environment:
        hold_key(tmp_path, environment)
        yield Device(work, environment, ("--key", f"tpm:{HANDLE}"))


@pytest.fixture
def software(plain_environment: Mapping[str, str], work: Path) -> Device:
    """A device with a key in a PEM file, not made yet."""
    need("openssl")
    return Device(work, plain_environment, ("--software-key", "dev.key"))


@pytest.fixture(params=["zymkey", "softhsm", "software"])
def device(request: pytest.FixtureRequest) -> Device:
    """Each kind of key holder in turn."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Device)
    return made


@pytest.fixture
def fleet(tmp_path: Path) -> Authority:
    """The CA that signs devices."""
    return Authority.make(tmp_path, "fleet-ca")


@pytest.fixture
def server(tmp_path: Path) -> ServerIdentity:
    """The server's own identity, below its own CA."""
    return ServerIdentity.make(tmp_path)


@pytest.fixture
def endpoint(server: ServerIdentity, fleet: Authority) -> Listen:
    """Make an endpoint that plays these behaviours: `with endpoint(drop, accept) as listening`."""

    def listen(*behaviours: Behaviour, devices_of: Path | None = None) -> Endpoint:
        return Endpoint(server.certificate, server.key, server.ca, devices_of or fleet.file, behaviours)

    return listen


@pytest.fixture
def enrol(fleet: Authority) -> Enrol:
    """Give a device its certificate, zymkey.crt, for a CSR that it made."""

    def enrolled(device: Device) -> x509.Certificate:
        device.make_csr("--thing-name", THING, *device.key_options).check_returncode()
        return fleet.sign(device.folder / "zymkey.csr", device.folder / "zymkey.crt")

    return enrolled
