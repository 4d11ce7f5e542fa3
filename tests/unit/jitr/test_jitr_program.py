import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from typer.testing import Result

from jitr.authority_files import Wanted, create
from jitr.options import CHECKOUT
from jitr.program import wants_trace

Jitr = Callable[..., Result]


def test_help_names_every_command(jitr: Jitr) -> None:
    done = jitr("--help")
    assert done.exit_code == 0
    assert {"ca", "sign", "endpoint", "local", "demo"} <= set(done.stdout.split())


@pytest.mark.parametrize(
    "words",
    [
        ("ca", "create"), ("ca", "registration-code"), ("ca", "verification-cert"), ("ca", "register"),
        ("ca", "list"), ("ca", "show"), ("sign",), ("endpoint",), ("local", "up"), ("local", "down"),
        ("local", "status"), ("local", "env"), ("demo",),
    ],
)  # fmt: skip
def test_every_command_explains_itself(jitr: Jitr, words: tuple[str, ...]) -> None:
    assert jitr(*words, "--help").exit_code == 0


def test_version_is_that_of_the_project(jitr: Jitr) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]

    assert jitr("--version").stdout == f"{project['version']}\n"


def test_version_is_a_semantic_one(jitr: Jitr) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?\n", jitr("--version").stdout)


@pytest.mark.parametrize(
    "words", [("nonsense",), ("ca", "nonsense"), ("sign", "only.csr"), ("ca", "create", "--days", "0")]
)
def test_a_wrong_call_is_one_line_and_exit_code_2(jitr: Jitr, words: tuple[str, ...]) -> None:
    done = jitr(*words)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("jitr: ")


def test_an_unexpected_error_is_one_line_that_names_the_way_to_see_more(
    jitr: Jitr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jitr.endpoints.find", _broken)
    monkeypatch.setattr("jitr.target.target", str)
    done = jitr("endpoint")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "jitr: unexpected ZeroDivisionError: by zero; `jitr --debug …` shows where"
    ]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--debug", "endpoint"], True),
        (["endpoint"], False),
        (["sign", "--debug"], False),
        (["--debug"], True),
    ],
)
def test_only_debug_before_the_command_asks_for_a_traceback(words: list[str], *, wanted: bool) -> None:
    assert wants_trace(words) is wanted


def test_ctrl_c_while_the_program_is_loaded_is_one_line_and_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    program = EntryPoint("jitr", project["scripts"]["jitr"], "console_scripts").load()
    monkeypatch.delitem(sys.modules, "jitr.main")
    monkeypatch.setattr(sys, "meta_path", [Impatient(), *sys.meta_path])

    with pytest.raises(SystemExit) as ended:
        program()

    assert (ended.value.code, capsys.readouterr().err) == (130, "jitr: stopped\n")


class Impatient(MetaPathFinder):
    """Somebody who presses Ctrl-C as soon as something is loaded."""

    def find_spec(self, *_asked: object) -> None:
        """Find nothing."""
        raise KeyboardInterrupt


def test_help_loads_neither_boto3_nor_cryptography_nor_the_cdk() -> None:
    program = (
        "import sys, jitr.main; print([n for n in ('boto3', 'cryptography', 'aws_cdk') if n in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert loaded.strip() == "[]"


def _broken(_target: object) -> None:
    raise ZeroDivisionError("by zero")


def test_a_file_that_the_system_refuses_is_named_in_one_line(jitr: Jitr, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    done = jitr("local", "up", "--folder", tmp_path / "taken" / "aws")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [f"jitr: {tmp_path}/taken/aws: Not a directory"]


def test_a_terminal_of_few_characters_still_shows_a_line(tmp_path: Path) -> None:
    create(tmp_path, Wanted("/CN=Ger\u00e4t"), None, force=False)
    shown = subprocess.run(
        [Path(sys.executable).with_name("jitr"), "ca", "show", tmp_path / "zk_ca.crt"],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "CN=Ger?t" in shown


def test_one_port_for_two_listeners_is_a_wrong_call(jitr: Jitr) -> None:
    done = jitr("local", "up", "--gateway-port", "5000", "--mqtt-port", "5000")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
