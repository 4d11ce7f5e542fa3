"""One function in this fresh process: how it starts, or how fast it clears messages.

`python -m benchmarks.function.probe start|clear <module> <when the process was asked for>`; one JSON object
comes out. Times are seconds of the monotonic clock; the module is one that has a `handle(event, context)`.
"""

import time

PROCESS_RUNS = time.monotonic()

import os  # noqa: E402  the clock comes first
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

BATCHES = 100
"""Full batches that are cleared and counted; one comes before them, to make the clients."""
BATCH = 10


class Context:
    """Lambda's context object, with all the time in the world."""

    aws_request_id = "0"
    function_name = "bench"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Milliseconds of a whole run."""
        return 30_000


def start(module: str, asked: float) -> dict[str, float]:
    """Take the handler from nothing to its first batch, with botocore's import and the clients set apart."""
    import botocore.session  # noqa: PLC0415  its time is taken

    botocore_imported = time.monotonic()
    from benchmarks.function import clients, instant_aws  # noqa: PLC0415

    instant_aws.answer_at_once()
    making = clients.timed(botocore.session.Session)
    event = _batch(1, 0)
    ready_to_import = time.monotonic()
    handle = _handler(module)
    imported = time.monotonic()
    clients_at_import = making.seconds
    handle(event, Context())
    return {
        "interpreter": PROCESS_RUNS - asked,
        "botocore": botocore_imported - PROCESS_RUNS,
        "own code": imported - ready_to_import - clients_at_import,
        "clients": making.seconds,
        "first message": time.monotonic() - imported - (making.seconds - clients_at_import),
    }


def clear(module: str, _asked: float) -> dict[str, float]:
    """Let the handler clear full batches, and count its processor time."""
    from benchmarks.function import instant_aws  # noqa: PLC0415

    instant_aws.answer_at_once()
    handle = _handler(module)
    handle(_batch(BATCH, 0), Context())
    batches = [_batch(BATCH, number) for number in range(1, BATCHES + 1)]
    begun, spent = time.monotonic(), time.process_time()
    for each in batches:
        answer = handle(each, Context())
        if answer and answer["batchItemFailures"]:
            raise RuntimeError(f"{module} leaves messages unsettled: {answer}")
    return {
        "messages": BATCH * BATCHES,
        "seconds": time.monotonic() - begun,
        "processor seconds": time.process_time() - spent,
    }


def _handler(module: str) -> Callable[[object, Context], Any]:
    import importlib  # noqa: PLC0415

    imported = importlib.import_module(module)
    if not str(imported.__file__).startswith(os.getcwd()):  # noqa: PTH109  the checkout's copy is on the path, too
        raise RuntimeError(f"{module} is not in the function's zip: {imported.__file__}")
    handle: Callable[[object, Context], Any] = imported.handle
    return handle


def _batch(size: int, number: int) -> object:
    from benchmarks.function import devices  # noqa: PLC0415

    return devices.batch(size, number)


if __name__ == "__main__":
    import contextlib
    import io
    import json

    what, named, asked = sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()):  # the function's log
        result = {"start": start, "clear": clear}[what](named, float(asked))
    print(json.dumps(result))  # noqa: T201  the answer
