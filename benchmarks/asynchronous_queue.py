"""Lambda's queue of asynchronous events, which MiniStack has none of.

A topic rule invokes a function asynchronously: Lambda keeps the event until an execution environment takes it
(Lambda developer guide, "Asynchronous invocation"). MiniStack starts a process at once for every event that
finds none free. Of a burst each event would then be a cold start, all of them on this machine's few cores,
and process starts would be all that is measured. Here events wait for their turn instead. What MiniStack
lacks besides, Lambda's two retries after one and two minutes, is not added: a failed event is gone until
its device connects again.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

AT_ONCE = 2
"""Executions of one function at a time: as many as Lambda's poller makes of ours."""

Execute = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def waiting(execute: Execute) -> Execute:
    """Give an `execute(function, event)` that runs `AT_ONCE` of a function's events, and lets others wait."""
    turns: defaultdict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(AT_ONCE))

    def execute_in_turn(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        with turns[function["config"]["FunctionArn"]]:
            return execute(function, event)

    return execute_in_turn
