"""A proxy before an AWS that is made up, both in a thread of their own, and clients that go through it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from botocore.config import Config
from botocore.session import get_session

from benchmarks.proxy.__main__ import calls, listen
from benchmarks.proxy.journal import Call, Journal, Tail
from benchmarks.proxy.server import Proxy
from benchmarks.proxy.settings import Settings

PATIENCE = 10.0  # seconds


@dataclass
class MadeUpAws:
    """Answers everything with an empty object, and keeps what it was asked."""

    requests: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(
            {"path": request.raw_path, "headers": request.headers.copy(), "body": await request.read()}
        )
        return web.json_response({}, headers={"x-amzn-RequestId": "made-up"})


@dataclass(frozen=True)
class Proxied:
    """A proxy with the settings of one test."""

    aws: MadeUpAws
    port: int
    journal: Path

    def client(self, service: str) -> Any:
        """A client that tries every call once."""
        return get_session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=5),
        )

    def calls(self) -> list[Call]:
        """What the journal holds."""
        return Tail(self.journal).new()


@contextmanager
def proxied(folder: Path, settings: Settings) -> Iterator[Proxied]:
    """Run both until the test is over."""
    loop, aws, journal = asyncio.new_event_loop(), MadeUpAws(), folder / "calls.jsonl"
    ready, stop = threading.Event(), asyncio.Event()
    ports: list[int] = []

    async def serve() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", aws.answer)
        upstream = await listen(app, 0)
        with Journal(journal) as written:
            async with Proxy(f"http://127.0.0.1:{upstream.addresses[0][1]}", None, written) as proxy:
                proxy.use(settings)
                runner = await listen(calls(proxy), 0)
                ports.append(runner.addresses[0][1])
                ready.set()
                await stop.wait()
                await runner.cleanup()
        await upstream.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield Proxied(aws, ports[0], journal)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()
