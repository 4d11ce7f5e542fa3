"""Running checks side by side, each as soon as those that it needs have gone well."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from threading import Thread

from jitr.doctor.check import Check, Examined, Finding, not_checked
from jitr.doctor.problem import finding_of
from jitr.doctor.site import Site


def examine(site: Site, checks: Sequence[Check]) -> list[Examined]:
    """Run checks, and give what each found, in their order."""
    done: dict[str, Examined] = {}
    for examined in _as_they_end(site, checks, done):
        done[examined.check.name] = examined
    return [done[check.name] for check in checks]


def _as_they_end(site: Site, checks: Sequence[Check], done: dict[str, Examined]) -> Iterator[Examined]:
    """Start every check in time; threads that end with the program, so that Ctrl-C waits for no network."""
    ended: SimpleQueue[Examined | BaseException] = SimpleQueue()
    waiting = list(checks)
    while len(done) < len(checks):
        for check in [each for each in waiting if set(each.needs) <= done.keys()]:
            waiting.remove(check)
            Thread(target=_run, args=(site, check, done, ended.put), daemon=True).start()
        examined = ended.get()
        if isinstance(examined, BaseException):
            raise examined
        yield examined


def _run(
    site: Site,
    check: Check,
    done: Mapping[str, Examined],
    tell: Callable[[Examined | BaseException], None],
) -> None:
    hurdle = next((need for need in check.needs if done[need].ends), None)
    if hurdle is not None:
        tell(Examined(check, (not_checked(f"because of {hurdle}"),)))
        return
    try:
        tell(Examined(check, tuple(_found(check.look(site)))))
    except BaseException as stop:  # noqa: BLE001  raised again by who waits for it
        tell(stop)


def _found(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give what a check finds, and as the last of it what went wrong on the way."""
    try:
        yield from findings
    except Exception as error:  # noqa: BLE001  one check that fails does not stop the others
        yield finding_of(error)
