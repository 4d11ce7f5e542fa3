"""Independent calls to AWS at once, since each is mostly waiting."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Protocol


class Together(Protocol):
    """Makes calls, and returns when all have ended."""

    def __call__(self, *calls: Callable[[], Any]) -> list[Any]:
        """Make all calls, whatever becomes of the others, and give their results in order.

        Raises:
            Exception: what the first that failed raised, once all have ended.
        """


def one_after_another(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls in order: `Together` without threads."""
    results, failures = [], []
    for call in calls:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001  raised below
            failures.append(error)
    if failures:
        raise failures[0]
    return results


def side_by_side(pool: Executor) -> Together:
    """Give a `Together` whose first call runs here and whose others run in `pool`."""

    def together(*calls: Callable[[], Any]) -> list[Any]:
        futures = [pool.submit(call) for call in calls[1:]]
        return one_after_another(*calls[:1], *(future.result for future in futures))

    return together
