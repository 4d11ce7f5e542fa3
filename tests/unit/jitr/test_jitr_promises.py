"""What every command holds: help, exit codes, one line for an error, one JSON value, Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import Result

from jitr.local.ports import Ports
from jitr.local.process import Process
from jitr.local.state import State
from tests.unit.jitr.app_tree import COMMANDS, WITH_JSON, Words, options

Jitr = Callable[..., Result]
JITR = Path(sys.executable).with_name("jitr")
BEFORE_ASKING = {("ca", "export")}
"""Refused without asking AWS: the key of dev's authority is in KMS."""
IN_ACCOUNTS = [
    words for words in COMMANDS if "--environment" in options(words) and words not in BEFORE_ASKING
]
DOCTOR = ("doctor",)
"""What it meets is its answer, on standard output."""
EXAMINING = {DOCTOR, ("smoke",)}
"""What their checks meet is a finding, not an error."""
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeThing")
SILENT = EndpointConnectionError(endpoint_url="https://iot.example")
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
in_accounts = pytest.mark.parametrize("words", IN_ACCOUNTS, ids=" ".join)


@pytest.fixture
def examples(ca_files: Path, signing_request: Path) -> dict[str, str]:
    """Something sound for what commands ask for, by the name of the parameter; all else is `given`.

    A command's own comes before what all have, and may be several words.
    """
    return {
        "authority": "fleet",
        "ca_cert": str(ca_files / "zk_ca.pem"),
        "ca_key": str(ca_files / "zk_ca.key"),
        **{f"device {verb} devices": "pump-1" for verb in ("revoke", "deactivate", "activate")},
        "sign paths": f"{signing_request} signed.crt",
        "paths": str(ca_files / "zk_ca.pem"),
    }


def call(words: Words, examples: dict[str, str]) -> list[str]:
    """A call of a command with all that it insists on, and what it has an example of its own for."""
    line = list(words)
    for each in COMMANDS[words].params:
        own = examples.get(" ".join((*words, each.name)))
        if each.required or own:
            option = [max(each.opts, key=len)] if each.param_type_name == "option" else []
            sound = own or examples.get(each.name, "given")
            line += [*option, *sound.split()]
    return line


@pytest.fixture
def unable(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], list[str]]:
    """Lets every client of AWS fail; gives the services that were asked for, as they are."""

    def fail_with(error: BaseException) -> list[str]:
        asked: list[str] = []

        def client(_session: Any, service: str, **_options: Any) -> NoReturn:
            asked.append(service)
            raise error

        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        # The doctor looks at the machine as well: it shall find this project's own Node.
        monkeypatch.setenv("PATH", os.pathsep.join((str(JITR.parent), os.environ["PATH"])))
        monkeypatch.setattr(boto3.Session, "client", client)
        return asked

    return fail_with


@every_command
def test_help_says_what_it_does_and_what_the_exit_codes_mean(jitr: Jitr, words: Words) -> None:
    done = jitr(*words, "--help")

    assert done.exit_code == 0
    assert f"Usage: jitr {' '.join(words)}" in done.stdout
    assert "Exit codes: 0 done, 1 failed, 2 wrongly called." in done.stdout


def test_the_help_of_all_commands_loads_nothing_that_takes_long() -> None:
    heavy = ("boto3", "botocore", "cryptography", "aws_cdk", "jsii", "ministack")
    program = (
        "import sys\nfrom typer.testing import CliRunner\nfrom jitr.main import app\n"
        f"for words in {list(COMMANDS)}:\n"
        "    assert CliRunner().invoke(app, [*words, '--help']).exit_code == 0\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@every_command
def test_an_option_that_does_not_exist_is_a_wrong_call_in_one_line(
    jitr: Jitr, words: Words, examples: dict[str, str]
) -> None:
    done = jitr(*call(words, examples), "--colour")

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "--colour" in done.stderr


@pytest.mark.parametrize(
    "words",
    [words for words in COMMANDS if any(each.required for each in COMMANDS[words].params)],
    ids=" ".join,
)
def test_what_is_missing_is_a_wrong_call_in_one_line(jitr: Jitr, words: Words) -> None:
    done = jitr(*words)

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


@in_accounts
@pytest.mark.parametrize("error", [DENIED, SILENT], ids=["denied", "silent"])
def test_what_aws_does_not_do_is_one_line_and_no_traceback(
    jitr: Jitr,
    words: Words,
    examples: dict[str, str],
    unable: Callable[[BaseException], list[str]],
    error: Exception,
) -> None:
    asked = unable(error)

    done = jitr(*call(words, examples), "-e", "dev", *offered_json(words))

    assert "Traceback" not in done.output
    not_checked = words == DOCTOR and error is DENIED  # which is no failure
    assert (done.exit_code, bool(asked)) == (0 if not_checked else 1, True)
    assert len(done.stderr.splitlines()) == (0 if words == DOCTOR else 1)
    assert one_value_at_most(done.stdout)


@pytest.mark.parametrize("words", [words for words in IN_ACCOUNTS if words not in EXAMINING], ids=" ".join)
def test_debug_shows_where_an_error_comes_from(
    jitr: Jitr, words: Words, examples: dict[str, str], unable: Callable[[BaseException], list[str]]
) -> None:
    unable(SILENT)

    done = jitr("--debug", *call(words, examples), "-e", "dev")

    assert done.exception is SILENT


@in_accounts
def test_ctrl_c_is_130_and_one_line(
    jitr: Jitr, words: Words, examples: dict[str, str], unable: Callable[[BaseException], list[str]]
) -> None:
    unable(KeyboardInterrupt())

    done = jitr(*call(words, examples), "-e", "dev", *offered_json(words))

    assert (done.exit_code, done.stdout) == (130, "")
    assert done.stderr.strip().splitlines() == ["jitr: stopped; what it had started has ended"]


def offered_json(words: Words) -> list[str]:
    return ["--json"] if words in WITH_JSON else []


def one_value_at_most(text: str) -> bool:
    if text:
        json.loads(text)
    return True


@pytest.fixture
def silent_aws(tmp_path: Path) -> Iterator[socket.socket]:
    """A local AWS that takes calls and never answers."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(["sleep", "600"], start_new_session=True) as process,
    ):
        listener.settimeout(60)
        port = listener.getsockname()[1]
        known = Process.of(process.pid)
        assert known is not None
        folder = tmp_path / "aws"
        State(known, Ports(port, port, port, port), "us-east-1").save(folder)
        (folder / "tmp" / "ministack-tls").mkdir(parents=True)
        (folder / "tmp" / "ministack-tls" / "server.crt").write_text(
            (tmp_path / "CA_files" / "zk_ca.pem").read_text()
        )
        yield listener
        process.kill()


@pytest.mark.usefixtures("ca_files")
@pytest.mark.parametrize("words", [("doctor",), ("ca", "list"), ("ca", "registration-code")], ids=" ".join)
def test_ctrl_c_ends_a_command_at_once_that_waits_for_aws(
    silent_aws: socket.socket, tmp_path: Path, words: Words
) -> None:
    with subprocess.Popen(
        [JITR, *words],
        env={"JITR_LOCAL": str(tmp_path / "aws"), "PATH": f"{JITR.parent}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        connection, _ = silent_aws.accept()
        with connection:
            child.send_signal(signal.SIGINT)
            printed, said = child.communicate(timeout=30)

    assert (child.returncode, printed) == (130, "")
    assert said.strip().splitlines() == ["jitr: stopped; what it had started has ended"]
