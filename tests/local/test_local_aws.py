import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jitr.local import LocalAws, readiness
from jitr.local.ports import choose
from jitr.main import app


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws.start(tmp_path_factory.mktemp("aws")) as started:
        yield started


def test_it_is_found_again_by_its_folder(aws: LocalAws) -> None:
    assert LocalAws.running(aws.folder) == aws


def test_it_listens_on_the_loopback_address_alone(aws: LocalAws) -> None:
    # The whole of 127/8 is this machine; a listener on all interfaces would answer on 127.0.0.2 as well.
    ports = astuple(aws.state.ports)
    assert [_answers("127.0.0.1", port) for port in ports] == [True] * len(ports)
    assert [_answers("127.0.0.2", port) for port in ports] == [False] * len(ports)


def test_a_session_goes_there_whatever_the_users_settings_are(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://iot.example.com")
    assert aws.session().client("sts").get_caller_identity()["Account"] == "000000000000"


def test_the_brokers_authority_is_kept(aws: LocalAws) -> None:
    assert aws.iot_ca.read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_it_writes_nothing_outside_its_folder(aws: LocalAws) -> None:
    descriptors = Path(f"/proc/{aws.state.process.pid}/fd")
    files = [str(each.readlink()) for each in descriptors.iterdir()]
    outside = [
        file for file in files if file.startswith("/") and not file.startswith(("/dev/", str(aws.folder)))
    ]
    assert outside == []


def test_two_run_beside_each_other_and_stopping_one_leaves_the_other(aws: LocalAws, tmp_path: Path) -> None:
    with LocalAws.start(tmp_path) as other:
        assert other.state.ports != aws.state.ports
    assert LocalAws.running(tmp_path) is None
    assert aws.state.process.alive()
    assert aws.session().client("iot").list_ca_certificates()["certificates"] == []


def test_taken_ports_are_replaced(aws: LocalAws, tmp_path: Path) -> None:
    with LocalAws.start(tmp_path, preferred=aws.state.ports) as other:
        assert set(astuple(other.state.ports)).isdisjoint(astuple(aws.state.ports))


def test_a_port_that_somebody_takes_meanwhile_is_given_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(readiness, "PATIENCE", 1)  # with the other to let go of the port
        choices = iter([replace(choose(None), https=taken), choose(None)])
        monkeypatch.setattr("jitr.local.ports.choose", lambda _preferred: next(choices))
        begun = time.monotonic()
        with LocalAws.start(tmp_path) as started:
            assert started.https_port != taken
        assert time.monotonic() - begun < 50  # by then a start that says nothing would have been given up


def test_stopping_frees_the_ports(tmp_path: Path) -> None:
    with LocalAws.start(tmp_path) as started:
        ports = started.state.ports
    assert ports.free()


def test_starting_again_in_a_folder_replaces_the_one_that_runs_there(tmp_path: Path) -> None:
    first = LocalAws.start(tmp_path)
    with LocalAws.start(tmp_path) as second:
        assert not first.state.process.alive()
        assert second.state.process.alive()


def test_the_commands_start_describe_and_stop_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITR_LOCAL", str(tmp_path))
    run = CliRunner().invoke
    assert run(app, ["local", "status"]).exit_code == 1
    assert run(app, ["local", "env"]).exit_code == 1
    assert run(app, ["local", "up"]).exit_code == 0
    running = LocalAws.running(tmp_path)
    assert running
    assert "up already" in run(app, ["local", "up"]).stderr
    assert LocalAws.running(tmp_path) == running
    status = json.loads(run(app, ["local", "status", "--json"]).stdout)
    endpoint = json.loads(run(app, ["endpoint", "--json"]).stdout)
    ports = ("mqtt_port", "https_port", "alpn_port")
    assert [status[port] for port in ports] == [endpoint[port] for port in ports]
    assert {endpoint["https_port"], endpoint["alpn_port"]} == {running.https_port, running.alpn_port}
    assert f"export AWS_ENDPOINT_URL={running.endpoint_url}" in run(app, ["local", "env"]).stdout
    assert run(app, ["endpoint"]).stdout == f"localhost:{running.mqtt_port}\n"
    assert run(app, ["local", "down"]).exit_code == 0
    assert not running.state.process.alive()
    assert "not up" in run(app, ["local", "down"]).stderr


def test_several_started_in_one_folder_at_once_are_one_that_all_find_ready(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("jitr"), "local", "up", "--json", "--folder", str(tmp_path)]
    starting = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = {starter.communicate(timeout=120)[0] for starter in starting}
    running = LocalAws.running(tmp_path)
    assert running
    running.stop()
    assert [json.loads(each)["pid"] for each in told] == [running.state.process.pid]
    assert [starter.returncode for starter in starting] == [0, 0, 0]


def test_the_shell_variables_lead_to_it_and_away_from_an_account(aws: LocalAws) -> None:
    printed = CliRunner().invoke(app, ["local", "env", "--folder", str(aws.folder)]).stdout
    assert "unset AWS_PROFILE" in printed
    assert f"export AWS_SHARED_CREDENTIALS_FILE={os.devnull}" in printed
    assert f"export JITR_LOCAL_HTTPS_PORT={aws.https_port}" in printed
    assert f"export JITR_LOCAL_ALPN_PORT={aws.alpn_port}" in printed
    assert f"export JITR_LOCAL_SERVER_CA={aws.iot_ca}" in printed


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
