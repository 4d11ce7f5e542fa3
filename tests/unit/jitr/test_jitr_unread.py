"""Output that nobody reads ends a command as it ends other programs: at once, and without a word."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.jitr.app_tree import COMMANDS, Words

JITR = Path(sys.executable).with_name("jitr")
CLOSED = {"stdin": "<&-", "stdout": ">&-", "stderr": "2>&-"}
LONG = "for number in range(100_000): print(number)"
A_TABLE = "from jitr.output import print_table\nprint_table(['n'], [[str(n)] for n in range(100)])"
IN_A_THREAD = (
    "from concurrent.futures import ThreadPoolExecutor\n"
    "ThreadPoolExecutor().submit(print, 'x', flush=True).result()"
)
CLEANING_UP = """
try:
    print('x', flush=True)
finally:
    print('y', flush=True)
    print('z', file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output waits in Python's buffers, as it does unless the environment says otherwise."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def unread() -> Iterator[int]:
    """The end of a pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def program(body: str) -> list[str]:
    """A program of ours that does something with its standard streams."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    start = "import sys\nfrom jitr.unread import standard_streams\nwith standard_streams():\n"
    return [sys.executable, "-c", start + lines]


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_a_command_whose_reader_has_gone_ends_without_a_word(words: Words, unread: int) -> None:
    done = subprocess.run([JITR, *words, "--help"], stdout=unread, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("body", [LONG, A_TABLE, IN_A_THREAD, "print('short')"])
def test_so_it_does_wherever_it_prints(body: str, unread: int) -> None:
    done = subprocess.run(program(body), stdout=unread, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (141, b"")


def test_an_error_that_nobody_reads_ends_it_as_well(unread: int) -> None:
    done = subprocess.run([JITR, "nonsense"], stderr=unread, stdout=subprocess.PIPE, check=False)

    assert (done.returncode, done.stdout) == (141, b"")


def test_debug_shows_no_traceback_of_it(unread: int) -> None:
    done = subprocess.run(
        [JITR, "--debug", "local", "--help"], stdout=unread, stderr=subprocess.PIPE, check=False
    )

    assert (done.returncode, done.stderr) == (141, b"")


def test_what_has_to_be_done_at_the_end_is_done(unread: int) -> None:
    done = subprocess.run(program(CLEANING_UP), stdout=unread, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (141, b"z\n")


def test_a_connection_that_breaks_is_not_mistaken_for_it(unread: int) -> None:
    done = subprocess.run(program(f"os = __import__('os')\nos.write({unread}, b'x')"), pass_fds=[unread],
                          capture_output=True, check=False)  # fmt: skip

    assert (done.returncode, b"BrokenPipeError" in done.stderr) == (1, True)


@pytest.mark.parametrize("stream", CLOSED)
@pytest.mark.parametrize(("words", "code"), [("--version", 0), ("--help", 0), ("nonsense", 2)])
def test_a_stream_that_was_never_open_changes_nothing(stream: str, words: str, code: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec '{JITR}' {words} {CLOSED[stream]}"], capture_output=True, check=False
    )

    assert (done.returncode, b"Traceback" in done.stderr) == (code, False)


def test_so_it_is_with_none_of_them() -> None:
    done = subprocess.run(["sh", "-c", f"exec '{JITR}' --version <&- >&- 2>&-"], check=False)

    assert done.returncode == 0


def test_a_stream_that_takes_nothing_more_is_a_failure_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [JITR, "--version"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        ["jitr: what it printed could not be written: No space left on device"],
    )


def test_a_character_that_a_terminal_does_not_know_is_a_question_mark() -> None:
    done = subprocess.run(
        program("print('pump…')"),
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, b"pump?\n")


def test_lines_are_seen_at_once_where_python_was_told_not_to_buffer() -> None:
    body = "print('x')\nimport os\nos._exit(3)"

    done = subprocess.run(
        program(body), env={**os.environ, "PYTHONUNBUFFERED": "1"}, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout) == (3, b"x\n")
