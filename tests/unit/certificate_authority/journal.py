"""Every call to AWS passes here: it is written down, and one of them can be made to fail."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class Journal:
    """`calls` lists operations as `service.operation`; the call number `fails_at` fails, once.

    It fails before it takes effect, or after (`answer_lost`), when AWS did it and the answer never came.
    """

    calls: list[str] = field(default_factory=list)
    fails_at: int | None = None
    answer_lost: bool = False

    def watch(self, service: str, client: Any) -> Any:
        return _Watched(self, service, client)

    def operations(self, service: str) -> list[str]:
        return [call.removeprefix(f"{service}.") for call in self.calls if call.startswith(f"{service}.")]

    def run(self, call: str, operation: Callable[[], Any]) -> Any:
        self.calls.append(call)
        if len(self.calls) - 1 != self.fails_at:
            return operation()
        if self.answer_lost:
            with suppress(ClientError):
                operation()
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
    def __init__(self, journal: Journal, call: str, paginator: Any) -> None:
        self._journal, self._call, self._paginator = journal, call, paginator

    def paginate(self, **arguments: Any) -> Any:
        return self._journal.run(self._call, lambda: list(self._paginator.paginate(**arguments)))
