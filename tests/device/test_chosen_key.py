"""One option names the key holder, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from device.jitr_device import chosen_key, pkcs11
from device.jitr_device.chosen_key import choose
from device.jitr_device.errors import UsageError
from device.jitr_device.key_holder import EngineKey, KeyHolder, Pkcs11Key, SoftwareKey
from device.jitr_device.tpm_key import TpmKey
from tests.device.authority import write_key
from tests.device.held_key import Device


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(chosen_key.VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("key", "holder"),
    [
        ("zymkey", EngineKey()),
        ("zymkey:3", EngineKey(slot=3)),
        ("nonzymkey.key", EngineKey()),
        ("pkcs11:token=a;object=b", Pkcs11Key("pkcs11", "pkcs11:token=a;object=b")),
        ("tpm:0x81010001", TpmKey("handle:0x81010001")),
        ("tpm:device.tss", TpmKey("device.tss")),
        ("file:dev.key", SoftwareKey(Path("dev.key"))),
    ],
)
def test_its_form_tells_who_holds_the_key(key: str, holder: KeyHolder) -> None:
    assert choose(key=key) == holder


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("zymkey:first", "a slot is a number"),
        ("tpm:", "names no key"),
        ("tpm:0x80000000", "a persistent handle is 0x81000000"),
        ("file:", "names no file"),
    ],
)
def test_a_form_that_names_nothing_is_refused(key: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        choose(key=key)


def test_the_environment_names_the_key_for_all_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(chosen_key.VARIABLE, "file:dev.key")

    assert choose() == SoftwareKey(Path("dev.key"))
    assert choose(key="zymkey:1") == EngineKey(slot=1)


def test_without_a_name_the_zymkeys_engine_is_found_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs11, "find_engine", lambda name: Path(f"/engines/{name}.so"))
    monkeypatch.setattr(pkcs11, "find_zymkey_module", lambda: Path("/usr/lib/libzk_pkcs11.so"))

    assert choose() == EngineKey()


def test_without_its_engine_its_module_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs11, "find_engine", lambda name: None)
    monkeypatch.setattr(pkcs11, "find_zymkey_module", lambda: Path("/usr/lib/libzk_pkcs11.so"))

    assert choose() == Pkcs11Key("pkcs11", "pkcs11:type=private")


def test_the_slot_that_was_named_signs(zymkey: Device, tmp_path: Path) -> None:
    third = ec.generate_private_key(ec.SECP256R1())
    variables = {"ZYMKEY_TEST_KEY_3": str(write_key(tmp_path / "third.pem", third))}

    done = zymkey.make_csr("--thing-name", "pump-7", "--key", "zymkey:3", **variables)

    assert done.returncode == 0, done.stderr
    assert "engine zymkey_ssl, slot 3" in done.stdout
    request = x509.load_pem_x509_csr((zymkey.folder / "zymkey.csr").read_bytes())
    assert request.public_key() == third.public_key()


def test_the_slot_stands_in_the_line_that_is_shown(zymkey: Device) -> None:
    shown = zymkey.make_csr("--thing-name", "pump-7", "--key", "zymkey:3", "--show")

    assert shown.stdout.startswith("ZK_SSL_SLOT=3 openssl req -key nonzymkey.key -new")


def test_a_token_that_nobody_described_is_asked_for_its_private_key(softhsm: Device) -> None:
    _, _, *pin_file = softhsm.key_options

    done = softhsm.make_csr("--thing-name", "pump-7", "--key", "pkcs11:type=private", *pin_file)

    assert done.returncode == 0, done.stderr
