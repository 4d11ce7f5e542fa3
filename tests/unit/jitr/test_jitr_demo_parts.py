import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from jitr.demo.afterwards import say_how_to_go_on
from jitr.failure import FailureError
from jitr.local import LocalAws, Ports
from jitr.local.process import Process
from jitr.local.state import State
from jitr.trial import key
from jitr.trial.evidence import Evidence
from jitr.trial.programs import Program, run
from jitr.trial.timeline import Timeline
from tests.unit.jitr.trial_evidence import SEEN


def test_what_must_be_seen_is_nothing_unexpected() -> None:
    assert SEEN.unexpected() == []


@pytest.mark.parametrize(
    ("field", "seen"),
    [
        ("first_connect", "accepted"),
        ("own_topic", "refused"),
        ("foreign_topic", "accepted"),
        ("https_own_topic", "refused"),
    ],
)
def test_anything_else_is_named(field: str, seen: str) -> None:
    (said,) = Evidence(**vars(SEEN) | {field: seen}).unexpected()
    assert said.startswith(f"{field} was {seen}")


def test_where_no_device_may_publish_over_https_one_that_could_is_named() -> None:
    refused = Evidence(**vars(SEEN) | {"https_own_topic": "refused"})
    assert refused.unexpected(over_https=False) == []
    assert SEEN.unexpected(over_https=False) == ["https_own_topic was accepted, not refused"]


def test_the_evidence_is_written_with_exactly_its_fields(tmp_path: Path) -> None:
    SEEN.save(tmp_path / "demo.json")
    assert list(json.loads((tmp_path / "demo.json").read_text())) == [
        "certificate_id", "ca_certificate_id", "thing_name", "first_connect", "active_ms", "publish_ms",
        "own_topic", "foreign_topic", "https_own_topic", "https_foreign_topic", "key_holder",
    ]  # fmt: skip


def test_a_failing_program_is_shown_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match=r"(?s)failed \(exit code 3, all of it in .*x\.log\).*the reason"):
        _python(tmp_path, "print('the reason'); raise SystemExit(3)")


def test_a_program_gives_what_it_said(tmp_path: Path) -> None:
    assert _python(tmp_path, "print('done')") == "done\n"


def test_a_missing_program_is_said(tmp_path: Path) -> None:
    with pytest.raises(FailureError, match=r"no-such-program cannot be run.*`make clean setup` installs it"):
        run(["no-such-program", "x"], log=tmp_path / "x.log", cwd=tmp_path, env={})


def test_a_program_that_is_left_behind_by_a_failure_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), _sleeping(tmp_path) as program:
        raise ZeroDivisionError
    assert Process.of(program.child.pid) is None


def test_without_softhsm_the_key_is_a_file_and_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "development only" in key.choose(tmp_path).label


def test_a_key_in_a_file_needs_no_token_to_go_on_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    console = Console(record=True, width=200)
    aws = LocalAws(tmp_path, State(Process(1, "x"), Ports(2, 3, 4, 5), "us-east-1"))
    say_how_to_go_on(Timeline(console, lively=False), aws)
    said = console.export_text()
    assert "  scripts/device/connect --endpoint localhost --port 3 " in said
    assert "  scripts/device/connect --endpoint localhost --protocol https --port 4 " in said
    assert "SOFTHSM2_CONF" not in said


def test_in_a_pipe_the_timeline_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    timeline = Timeline.for_stdout()
    with timeline.step("local AWS", "starting") as step:
        step.outcome = "up [on a port]"
    timeline.moment("publish", "refused: x/hello", 1234.4, expected=True)
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert [line.split()[0] for line in said.splitlines()] == ["✓", "✓"]
    assert "up [on a port]" in said
    assert "+1,234 ms" in said


def test_a_failed_step_says_so_and_passes_the_error_on() -> None:
    console = Console(record=True, force_terminal=False, width=200)
    with pytest.raises(FailureError), Timeline(console, lively=False).step("deploy", "deploying"):
        raise FailureError("no")
    assert console.export_text().split()[-2:] == ["deploy", "failed"]


def _python(folder: Path, program: str) -> str:
    return run([sys.executable, "-c", program], log=folder / "x.log", cwd=folder, env={})


def _sleeping(folder: Path) -> Program:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    return Program.start(command, log=folder / "x.log", cwd=folder, env={})
