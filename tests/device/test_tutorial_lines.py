"""The tutorial's own openssl and curl lines, letter by letter, with the key held by somebody else."""

from __future__ import annotations

import shutil

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.device.authority import Authority, ServerIdentity
from tests.device.endpoints import Listen, https_accept, https_drop, https_forbid
from tests.device.held_key import Device, Token
from tests.device.requirements import need

CSR_LINE = (
    "openssl req -key nonzymkey.key -new -out zymkey.csr -engine zymkey_ssl -keyform e"
    ' -subj "/C=US/ST=California/L=Santa Barbara/O=Zymbit/OU=Zymkey/"'
)
# The tutorial leaves the address to the reader; its zk_ca.pem is, in these tests, the server's CA.
CURL_LINE = (
    "curl --tlsv1.2 --cacert zk_ca.pem --cert zymkey.crt --key nonzymkey.key --engine zymkey_ssl"
    r' --key-type ENG -v -X POST -d "{ \"hello\": \"world\"}" "https://localhost:%d/topics/hello/world?qos=1"'
)


def test_the_tutorials_csr_line_makes_a_csr_of_the_engines_key(zymkey: Device) -> None:
    done = zymkey.shell(CSR_LINE)

    assert done.returncode == 0, done.stderr
    request = x509.load_pem_x509_csr((zymkey.folder / "zymkey.csr").read_bytes())
    slot = load_pem_private_key((zymkey.folder.parent / "slot.pem").read_bytes(), None)
    assert request.is_signature_valid
    assert request.public_key() == slot.public_key()
    assert request.subject.rfc4514_string() == "OU=Zymkey,O=Zymbit,L=Santa Barbara,ST=California,C=US"


def test_make_csr_runs_the_tutorials_line(zymkey: Device) -> None:
    shown = zymkey.make_csr("--show")

    assert shown.stdout == CSR_LINE + "\n"


def test_the_placeholder_key_is_no_file(zymkey: Device) -> None:
    zymkey.shell(CSR_LINE)

    assert not (zymkey.folder / "nonzymkey.key").exists()


def test_the_tutorials_curl_line_shows_what_the_tutorial_shows(
    zymkey: Device, fleet: Authority, server: ServerIdentity, endpoint: Listen
) -> None:
    need("curl")
    zymkey.shell(CSR_LINE)
    certificate = fleet.sign(zymkey.folder / "zymkey.csr", zymkey.folder / "zymkey.crt")
    shutil.copy(server.ca, zymkey.folder / "zk_ca.pem")

    with endpoint(https_drop, https_forbid) as listening:
        first = zymkey.shell(CURL_LINE % listening.port)
        second = zymkey.shell(CURL_LINE % listening.port)

    assert (first.returncode, second.returncode) == (52, 0), first.stderr
    assert "Empty reply from server" in first.stderr
    assert '"message":"Forbidden"' in second.stdout
    seen = listening.seen[-1]
    assert seen.certificate == certificate.public_bytes(serialization.Encoding.DER)
    assert (seen.path, seen.body) == ("/topics/hello/world?qos=1", b'{ "hello": "world"}')
    assert seen.server_name == "localhost"


def test_the_same_lines_work_with_softhsm(
    softhsm: Device, token: Token, fleet: Authority, server: ServerIdentity, endpoint: Listen
) -> None:
    need("curl")
    module = f"PKCS11_MODULE_PATH={token.module}"
    key = f"'{token.uri_with_pin}'"
    csr_line = CSR_LINE.replace("nonzymkey.key", key).replace("zymkey_ssl", "pkcs11")
    curl_line = CURL_LINE.replace("nonzymkey.key", key).replace("zymkey_ssl", "pkcs11")
    shutil.copy(server.ca, softhsm.folder / "zk_ca.pem")

    made = softhsm.shell(f"{module} {csr_line}")
    assert made.returncode == 0, made.stderr
    certificate = fleet.sign(softhsm.folder / "zymkey.csr", softhsm.folder / "zymkey.crt")
    with endpoint(https_accept) as listening:
        published = softhsm.shell(f"{module} {curl_line % listening.port}")

    assert published.returncode == 0, published.stderr
    assert '"message":"OK"' in published.stdout
    assert listening.seen[0].certificate == certificate.public_bytes(serialization.Encoding.DER)
