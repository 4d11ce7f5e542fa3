"""Checks run side by side, wait for what they need, and none takes another one down."""

import json
from collections.abc import Callable, Iterator
from threading import Barrier

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import Result

from jitr.doctor import checks, view
from jitr.doctor.check import Check, Examined, Finding, Verdict, failed, ok, warning
from jitr.doctor.examination import examine
from jitr.doctor.site import Site
from jitr.failure import FailureError

Jitr = Callable[..., Result]
Look = Callable[[Site], Iterator[Finding]]
DENIED = "User: arn:aws:iam::1:user/a is not authorized to perform: iot:DescribeEndpoint on resource: *"


def finds(*findings: Finding) -> Look:
    """A check that finds this."""
    return lambda _site: iter(findings)


def raises(error: Exception, *before: Finding) -> Look:
    """A check that something befalls after it has found something."""

    def look(_site: Site) -> Iterator[Finding]:
        yield from before
        raise error

    return look


def check(name: str, look: Look, *needs: str) -> Check:
    return Check("group", name, look, needs)


def examined(*several: Check) -> list[Examined]:
    return examine(Site("dev"), several)


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeEndpoint")


def test_what_does_not_need_each_other_is_looked_at_side_by_side() -> None:
    meeting = Barrier(2, timeout=20)

    def meet(_site: Site) -> Iterator[Finding]:
        meeting.wait()
        yield ok("met")

    found = examined(check("one", meet), check("other", meet))

    assert [each.findings for each in found] == [(ok("met"),), (ok("met"),)]


def test_a_check_looks_after_those_that_it_needs_and_is_shown_in_its_place() -> None:
    order: list[str] = []

    def note(name: str) -> Look:
        return lambda _site: iter([ok(name)] if not order.append(name) else [])  # type: ignore[func-returns-value]

    found = examined(check("second", note("second"), "first"), check("first", note("first")))

    assert order == ["first", "second"]
    assert [each.check.name for each in found] == ["second", "first"]


@pytest.mark.parametrize(
    "hurdle", [failed("broken"), warning("absent", "deploy", final=True), Finding(Verdict.NOT_CHECKED, "?")]
)
def test_what_needs_something_that_is_not_there_is_not_checked_and_says_so(hurdle: Finding) -> None:
    _, needy, far = examined(
        check("stack", finds(hurdle)),
        check("rules", finds(ok("seen")), "stack"),
        check("beyond", finds(ok("seen")), "rules"),
    )

    assert [(f.verdict, f.found) for f in needy.findings] == [(Verdict.NOT_CHECKED, "because of stack")]
    assert [(f.verdict, f.found) for f in far.findings] == [(Verdict.NOT_CHECKED, "because of rules")]


def test_a_warning_holds_nothing_up() -> None:
    _, second = examined(
        check("first", finds(warning("old", "renew"))), check("second", finds(ok("seen")), "first")
    )

    assert second.findings == (ok("seen"),)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_a_missing_permission_is_named_and_is_no_failure(code: str) -> None:
    (one,) = examined(check("endpoint", raises(refused(code, DENIED))))

    (finding,) = one.findings
    assert (finding.verdict, finding.found) == (Verdict.NOT_CHECKED, "needs iot:DescribeEndpoint")


def test_a_refusal_that_names_no_permission_names_the_call() -> None:
    (one,) = examined(check("endpoint", raises(refused("AccessDenied", "Access Denied"))))

    assert one.findings[0].found == "needs the permission for DescribeEndpoint"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refused("ThrottlingException", "slow down"), "try again in a minute"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
        (FailureError("the local AWS is not up"), "the local AWS is not up"),
        (ZeroDivisionError("by\nzero"), "unexpected ZeroDivisionError: by zero"),
    ],
)
def test_what_befalls_a_check_is_its_finding_in_one_line_beside_what_it_saw(
    error: Exception, said: str
) -> None:
    (one,) = examined(check("endpoint", raises(error, ok("seen"))))

    assert one.findings[0] == ok("seen")
    assert (one.findings[1].verdict, "\n" in one.findings[1].found) == (Verdict.FAILED, False)
    assert said in one.findings[1].found


def test_every_need_is_a_check_that_stands_before_it() -> None:
    names = [each.name for each in checks.CHECKS]

    assert all(need in names[:place] for place, each in enumerate(checks.CHECKS) for need in each.needs)
    assert len(set(names)) == len(names)


def test_a_line_says_verdict_check_finding_and_what_to_do() -> None:
    found = examined(
        check("stack", finds(warning("not deployed", "deploy", final=True))),
        check("rules", finds(), "stack"),
        check("aws", finds(ok("1.2"), failed("gone", "install it", about="cli"))),
    )

    assert list(view.lines(found, colour=False)) == [
        "group",
        "! stack  not deployed; deploy",
        "- rules  not checked: because of stack",
        "✓ aws    1.2",
        "✗ aws    cli: gone; install it",
    ]
    assert view.summary(found) == "1 ok, 1 warning, 1 failed, 1 not checked"


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([ok("fine")], 0),
        ([ok("fine"), warning("old", "renew")], 0),
        ([Finding(Verdict.NOT_CHECKED, "needs iot:X")], 0),
        ([warning("old", "renew"), failed("broken")], 1),
    ],
)
def test_only_a_failure_is_exit_code_1(
    jitr: Jitr, monkeypatch: pytest.MonkeyPatch, findings: list[Finding], code: int
) -> None:
    monkeypatch.setattr(checks, "CHECKS", (check("one", finds(*findings)),))

    assert jitr("doctor", "-e", "dev").exit_code == code


def test_json_has_a_shape_that_programs_can_rely_on(jitr: Jitr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECKS", (check("rules", finds(failed("gone", "deploy", about="rule_1"))),))

    done = jitr("doctor", "-e", "dev", "--json")

    assert json.loads(done.stdout) == {
        "environment": "dev",
        "verdict": "failed",
        "findings": [
            {
                "group": "group",
                "check": "rules",
                "about": "rule_1",
                "verdict": "failed",
                "found": "gone",
                "advice": "deploy",
            }
        ],
    }


def test_an_environment_without_a_file_is_a_wrong_call(jitr: Jitr) -> None:
    done = jitr("doctor", "-e", "nowhere")

    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "there are: dev, local, prod" in done.stderr
