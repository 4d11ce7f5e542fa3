"""Every call to AWS passes here: it is written down, and one of them can go wrong."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError


class Fault(Enum):
    """How a call goes wrong."""

    REFUSED = "fails before it takes effect"
    ANSWER_LOST = "takes effect, and its answer is lost"
    REPEATED = "takes effect, its answer is lost, and the client asks again, as botocore does"
    KILLED_BEFORE = "never begins: the function is killed"
    KILLED_AFTER = "takes effect, and the function is killed"


class Killed(BaseException):
    """The function is no more; nothing in it runs on."""


@dataclass
class Journal:
    """`calls` lists operations as `service.operation`; the call number `fails_at` goes wrong, once."""

    calls: list[str] = field(default_factory=list)
    fails_at: int | None = None
    fault: Fault = Fault.REFUSED
    dead: bool = False

    def watch(self, service: str, client: Any) -> Any:
        return _Watched(self, service, client)

    def operations(self, service: str) -> list[str]:
        return [call.removeprefix(f"{service}.") for call in self.calls if call.startswith(f"{service}.")]

    def run(self, call: str, operation: Callable[[], Any]) -> Any:
        if self.dead:
            raise Killed
        self.calls.append(call)
        return operation() if len(self.calls) - 1 != self.fails_at else self._go_wrong(call, operation)

    def _go_wrong(self, call: str, operation: Callable[[], Any]) -> Any:
        self.dead = self.fault in {Fault.KILLED_BEFORE, Fault.KILLED_AFTER}
        if self.fault in {Fault.ANSWER_LOST, Fault.REPEATED, Fault.KILLED_AFTER}:
            with suppress(ClientError):
                operation()
        if self.dead:
            raise Killed
        if self.fault is Fault.REPEATED:
            return operation()
        raise ClientError({"Error": {"Code": "InternalFailureException", "Message": "out of order"}}, call)


class _Watched:
    def __init__(self, journal: Journal, service: str, client: Any) -> None:
        self._journal, self._service, self._client = journal, service, client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name == "get_paginator":
            return lambda operation: _WatchedPages(
                self._journal, f"{self._service}.{operation}", method(operation)
            )
        return lambda **arguments: self._journal.run(f"{self._service}.{name}", lambda: method(**arguments))


class _WatchedPages:
    """Pages of a list; each is a call."""

    def __init__(self, journal: Journal, call: str, paginator: Any) -> None:
        self._journal, self._call, self._paginator = journal, call, paginator

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        pages = list(self._paginator.paginate(**arguments))
        for page in pages:
            yield self._journal.run(self._call, lambda page=page: page)
