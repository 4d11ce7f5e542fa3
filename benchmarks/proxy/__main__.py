"""`python -m benchmarks.proxy`: run until told to stop, on the loopback interface alone."""

import argparse
import asyncio
import json
import signal
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from benchmarks.proxy.journal import Journal
from benchmarks.proxy.server import Proxy
from benchmarks.proxy.settings import Settings
from jitr.local.ports import LOOPBACK

LARGEST_BODY = 16 * 1024 * 1024  # bytes; no call that the functions make comes near it


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proxy", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="for the function's calls, plain HTTP")
    parser.add_argument("--control-port", type=int, required=True, help="GET and PUT /settings, as JSON")
    parser.add_argument("--upstream", required=True, help=f"URL of the local AWS, on {LOOPBACK}")
    parser.add_argument("--ca", type=Path, help="the upstream's certificate (PEM)")
    parser.add_argument("--journal", type=Path, required=True, help="file that gets a line per call")
    options = parser.parse_args()
    if urlsplit(options.upstream).hostname != LOOPBACK:
        parser.error(f"--upstream {options.upstream}: the proxy talks to {LOOPBACK} only, never to real AWS")
    asyncio.run(serve(options.port, options.control_port, options.upstream, options.ca, options.journal))


async def serve(port: int, control_port: int, upstream: str, ca: Path | None, journal: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    trust = ssl.create_default_context(cafile=str(ca)) if ca else None
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with Journal(journal) as written:
        async with Proxy(upstream, trust, written) as proxy:
            runners = [
                await listen(calls(proxy), port),
                await listen(control(proxy), control_port),
            ]
            await stop.wait()
            for runner in runners:
                await runner.cleanup()


async def listen(app: web.Application, port: int) -> web.AppRunner:
    """Serve an application on a port of the loopback interface."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    return runner


def calls(proxy: Proxy) -> web.Application:
    """Give the application that the function calls."""
    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_route("*", "/{path:.*}", proxy.handle)
    return app


def control(proxy: Proxy) -> web.Application:
    """Give the application that changes the settings."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(proxy.settings.fields())

    async def change(request: web.Request) -> web.Response:
        try:
            proxy.use(Settings.read(await request.json()))
        except (ValueError, json.JSONDecodeError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return await show(request)

    app = web.Application()
    app.add_routes([web.get("/settings", show), web.put("/settings", change)])
    return app


if __name__ == "__main__":
    main()
