import fcntl
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from jitr.local import LocalAws, LocalAwsError, Ports
from jitr.local.ports import choose, is_free
from jitr.local.process import Process
from jitr.local.server import environment
from jitr.local.state import FILE, State, load, turn

SLEEPER = "import subprocess, sys; c = subprocess.Popen(['sleep', '60']); print(c.pid, flush=True); c.wait()"


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[str]"]:
    child = subprocess.Popen(
        [sys.executable, "-c", SLEEPER], start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    with child:
        yield child
        child.kill()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_with_a_listener_is_taken(taken: int) -> None:
    assert not is_free(taken)


def test_a_taken_port_is_replaced_and_a_free_one_kept(taken: int) -> None:
    free = choose(None).mqtt
    chosen = choose(Ports(taken, free, taken, taken))
    assert chosen.mqtt == free
    assert taken not in astuple(chosen)


def test_a_port_that_was_replaced_is_said() -> None:
    assert list(Ports(1, 2, 8443, 4).replaced(Ports(1, 2, 5000, 4))) == [
        "port 8443 (HTTPS publish) is taken: 5000 instead"
    ]


def test_ports_chosen_without_preference_differ() -> None:
    chosen = choose(None)
    assert len(set(astuple(chosen))) == len(astuple(chosen))
    assert chosen.free()


def test_ending_a_process_ends_what_it_started(sleeper: "subprocess.Popen[str]") -> None:
    assert sleeper.stdout
    grandchild = Process.of(int(sleeper.stdout.readline()))
    process = Process.of(sleeper.pid)
    assert process
    assert grandchild
    process.end()
    assert not process.alive()
    assert not grandchild.alive()


def test_a_process_with_the_number_of_an_ended_one_is_left_alone(
    sleeper: "subprocess.Popen[str]",
) -> None:
    earlier = Process(sleeper.pid, "started long ago")
    earlier.end()
    assert sleeper.poll() is None


def test_a_process_that_is_gone_has_no_identity() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    assert Process.of(child.pid) is None


def test_a_process_that_has_ended_and_not_been_collected_is_not_alive() -> None:
    child = subprocess.Popen(["sleep", "0"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert Process.of(child.pid) is None
    child.wait()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"process": 1}', "\x00", '{"process": {"pid": "x"}}'])
def test_a_state_that_cannot_be_understood_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert load(tmp_path) is None
    assert LocalAws.running(tmp_path) is None


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    state = State(Process(1, "x"), Ports(2, 3, 4, 5), "eu-west-1")
    state.save(tmp_path)
    assert load(tmp_path) == state


def test_the_state_of_an_ended_server_is_removed(tmp_path: Path) -> None:
    State(Process(os.getpid(), "another start"), Ports(2, 3, 4, 5), "eu-west-1").save(tmp_path)
    assert LocalAws.running(tmp_path) is None
    assert not (tmp_path / FILE).exists()


def test_the_server_gets_nothing_of_the_users_account_trust_or_proxies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "HTTPS_PROXY"]
    hidden += ["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"]
    for name in hidden:
        monkeypatch.setenv(name, "the user's")
    given = environment(tmp_path, Ports(1, 2, 3, 4), "us-east-1")
    assert not set(hidden) & given.keys()
    assert json.dumps(given).count("the user's") == 0


def test_node_of_this_checkout_comes_first_for_the_servers_functions(tmp_path: Path) -> None:
    path = environment(tmp_path, Ports(1, 2, 3, 4), "us-east-1")["PATH"]
    assert path.split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_the_server_of_another_user_is_not_said_to_be_stopped(
    sleeper: "subprocess.Popen[str]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process.of(sleeper.pid)
    assert process
    monkeypatch.setattr("jitr.local.process.os.killpg", _forbidden)
    with pytest.raises(LocalAwsError, match=f"process {sleeper.pid} cannot be ended"):
        LocalAws(tmp_path, State(process, choose(None), "eu-west-1")).stop()


def test_a_second_start_in_a_folder_waits_for_the_first(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    with turn(tmp_path), pytest.raises(BlockingIOError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(folder)


def _forbidden(_group: int, _signal: int) -> None:
    raise PermissionError
