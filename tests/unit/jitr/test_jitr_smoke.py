"""`jitr smoke` where it does not come so far as to try a device."""

import json
from collections.abc import Callable

from typer.testing import Result

Jitr = Callable[..., Result]


def test_where_aws_is_not_there_a_program_is_told_so(jitr: Jitr) -> None:
    done = jitr("smoke", "--json")

    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["passed"], answer["device"]) == (1, False, None)
    assert answer["problem"].startswith("credentials: the local AWS is not up")
    assert done.stderr == f"jitr: local failed the smoke test: {answer['problem']}\n"


def test_an_environment_that_is_not_there_is_a_wrong_call(jitr: Jitr) -> None:
    done = jitr("smoke", "-e", "nowhere", "--json")

    assert (done.exit_code, done.stdout) == (2, "")
