"""A device whose certificate a broker refuses in TLS: it is kept out, unless that may mean something else."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from jitr.endpoints import Endpoint
from jitr.failure import FailureError
from jitr.pem import key_pem
from jitr.smoke.revocation import refused_since
from jitr.trial.key import SoftwareKey
from jitr.trial.mqtt import Device
from jitr.trial.timeline import Timeline
from pki.identity import pem
from tests.unit.jitr.factory import CA, DEVICE_KEY, leaf, leaf_pem


def test_one_that_was_let_in_before_is_dropped(refused: Device) -> None:
    assert refused_since(refused, Timeline.silent(), 1) == "dropped"


# By 1.3 the client has said CONNECT before it is refused, so that it may see no more than the end of it.
@pytest.mark.parametrize("refused", [ssl.TLSVersion.TLSv1_2], ids=["1.2"], indirect=True)
def test_one_that_never_was_let_in_may_not_trust_the_broker(refused: Device) -> None:
    with pytest.raises(FailureError, match="cannot be reached: AWS_IO_TLS_ERROR_"):
        refused.connect()


def test_a_broker_that_does_not_listen_keeps_nobody_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(FailureError, match="cannot be reached: AWS_IO_SOCKET_CONNECTION_REFUSED"):
        refused_since(device_at(port, tmp_path), Timeline.silent(), 1)


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def refused(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Device]:
    """A device at a broker that knows no authority, so that it refuses every certificate."""
    here = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    (tmp_path / "server.crt").write_text(pem(leaf("localhost", extensions=(here,))))
    (tmp_path / "server.key").write_bytes(key_pem(DEVICE_KEY, None))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = request.param
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_refuse_one, args=(server, context), daemon=True).start()
        yield device_at(server.getsockname()[1], tmp_path)


def _refuse_one(server: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = server.accept()
    try:
        context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()


def device_at(port: int, folder: Path) -> Device:
    """A device of the factory, which trusts its authority's servers."""
    key = SoftwareKey(folder)
    key.file.write_bytes(key_pem(DEVICE_KEY, None))
    (folder / "device.crt").write_text(leaf_pem())
    (folder / "ca.crt").write_text(pem(CA))
    return Device(
        "pump-1", key, folder / "device.crt", Endpoint("localhost", port, server_ca=str(folder / "ca.crt"))
    )
