"""Something done to one device after another, a few at a time: each to its own end, and said."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from jitr.aws_errors import explained
from jitr.devices.desk import WORKERS
from jitr.devices.named import Named
from jitr.failure import FailureError
from jitr.output import printable


@dataclass(frozen=True)
class Result:
    """What came of one device's certificate; `error` is None where it was done."""

    device: str
    certificate_id: str | None
    done: Sequence[str] = field(default_factory=list)
    error: str | None = None

    def fields(self) -> dict[str, object]:
        """Give it by name."""
        return {
            "device": self.device,
            "certificate_id": self.certificate_id,
            "done": list(self.done),
            "error": self.error,
        }

    def __str__(self) -> str:
        what = f"failed: {self.error}" if self.error is not None else "; ".join(self.done)
        named = self.device
        if self.certificate_id is not None and self.certificate_id != self.device:
            named = f"{self.device} ({self.certificate_id[:12]}…)"
        return printable(f"{named}: {what}")


Find = Callable[[Named], Iterable[str]]
"""Gives the ids of the certificates that a name means; where it fails, those that it gave before count."""
Do = Callable[[str], Sequence[str]]
"""Does something to a certificate, and says what was done."""


def each(
    names: Iterable[Named], find: Find, do: Do, hurry: Callable[[], object] = lambda: None
) -> Iterator[Result]:
    """Do something to every certificate that is named, in order; a failure of one stops no other.

    When it is interrupted, those under way are told to `hurry` and come to their end; no other is begun.
    """
    under_way: deque[Future[list[Result]]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for name in names:
                under_way.append(pool.submit(_results, name, find, do))
                if len(under_way) > WORKERS:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        except BaseException:
            hurry()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def look_up(find: Find, name: Named) -> tuple[list[str], str | None]:
    """Give what a name means, and why that may not be all.

    Raises:
        botocore's errors: a call failed.
    """
    found: list[str] = []
    try:
        for certificate_id in find(name):
            found.append(certificate_id)  # one by one: what came before a failure is kept
    except FailureError as error:
        return found, str(error)
    return found, None


def _results(name: Named, find: Find, do: Do) -> list[Result]:
    try:
        found, problem = look_up(find, name)
    except (ClientError, BotoCoreError) as error:
        found, problem = [], explained(error)
    results = [_result(name.word, certificate_id, do) for certificate_id in found]
    return results if problem is None else [*results, Result(name.word, name.certificate_id, error=problem)]


def _result(word: str, certificate_id: str, do: Do) -> Result:
    try:
        return Result(word, certificate_id, do(certificate_id))
    except (FailureError, ClientError, BotoCoreError) as error:
        return Result(word, certificate_id, error=_said(error))


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, FailureError) else explained(error)
