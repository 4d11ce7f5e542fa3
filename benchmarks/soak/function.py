"""The registration function, as an operator handles it: its endpoint, its source, its processes, its log."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract import Output, Variable
from jitr import deployed
from jitr.local import LocalAws
from jitr.target import Target

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import (
        EventSourceMappingConfigurationTypeDef,
        FunctionConfigurationResponseTypeDef,
    )
    from mypy_boto3_logs import CloudWatchLogsClient

ENDPOINT = "AWS_ENDPOINT_URL"
"""What every SDK reads, from the function's variables as from any environment."""
PACES = (Variable.REGISTRATIONS_PER_SECOND, Variable.REFUSALS_PER_SECOND)
NOTHING = json.dumps({"Records": []}).encode()
STARTING = 60.0
"""Seconds in which as many processes must have started as messages are handed to at once."""


@dataclass(frozen=True)
class RegistrationFunction:
    """The deployed function on a local AWS."""

    aws: LocalAws
    name: str
    client: "LambdaClient"
    logs: "CloudWatchLogsClient"

    @classmethod
    def of(cls, target: Target) -> "RegistrationFunction":
        """Find it by the stack's outputs.

        Raises:
            RuntimeError: the environment is not on this machine.
        """
        if target.local is None:
            raise RuntimeError(f"{target.environment} is a real account; nothing is killed there")
        return cls(
            target.local,
            deployed.output(target, Output.REGISTRATION_FUNCTION),
            target.session.client("lambda"),
            target.session.client("logs"),
        )

    @property
    def configuration(self) -> "FunctionConfigurationResponseTypeDef":
        """Its settings as Lambda knows them."""
        return self.client.get_function_configuration(FunctionName=self.name)

    def call_through(self, url: str) -> None:
        """Make its calls to AWS go to another endpoint; workers that run are replaced."""
        self._change({ENDPOINT: url})

    @contextmanager
    def at_share(self, share: float) -> Iterator[None]:
        """Let it keep to a share of the rates that it was deployed with; workers that run are replaced."""
        deployed_: dict[str, str] = {
            name: self.configuration["Environment"]["Variables"][name] for name in PACES
        }
        self._change({name: str(float(rate) * share) for name, rate in deployed_.items()})
        try:
            yield
        finally:
            self._change(deployed_)

    def warm(self) -> None:
        """Start as many processes as messages are handed to at once, which have their cold start behind them.

        Each has its share of the quota; while one still starts, its share is not used, and that says nothing
        about a rate.

        Raises:
            RuntimeError: they do not come up.
        """
        wanted = sum(mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in self._mappings())
        until = time.monotonic() + STARTING
        with ThreadPoolExecutor(wanted) as at_once:
            while len(self._workers()) < wanted:
                if time.monotonic() > until:
                    raise RuntimeError(f"{self.name} has {len(self._workers())} of {wanted} processes")
                list(at_once.map(lambda _: self._invoke(), range(wanted)))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hand it no messages for a while; they wait in the queue."""
        ids = [mapping["UUID"] for mapping in self._mappings()]
        self._enable(ids, enabled=False)
        try:
            yield
        finally:
            self._enable(ids, enabled=True)

    def outcomes(self, since: float) -> list[dict[str, Any]]:
        """Give what it has logged of messages since a moment (seconds since the epoch), one line each."""
        group = self.configuration["LoggingConfig"]["LogGroup"]
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since * 1000)
        )
        said = (event["message"].strip() for page in pages for event in page["events"])
        lines = [json.loads(line) for line in said if line.startswith("{")]
        return [line for line in lines if "Outcome" in line]

    def kill(self) -> bool:
        """End one of its processes with SIGKILL, any; False when none runs."""
        workers = self._workers()
        if not workers:
            return False
        with suppress(ProcessLookupError):
            os.kill(random.choice(workers), signal.SIGKILL)  # noqa: S311  chance is the point
            return True
        return False

    def _workers(self) -> list[int]:
        """Give its processes: the server's children, run from a folder that it made for this function."""
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="],  # noqa: S607  wherever the system has it
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        folder = str(self.aws.folder / "tmp" / f"ministack-lambda-{self.name}-")
        found = [line.split(maxsplit=2) for line in listed.splitlines()]
        server = str(self.aws.state.process.pid)
        return [int(pid) for pid, parent, command in found if parent == server and folder in command]

    def _mappings(self) -> "list[EventSourceMappingConfigurationTypeDef]":
        return self.client.list_event_source_mappings(FunctionName=self.name)["EventSourceMappings"]

    def _invoke(self) -> None:
        self.client.invoke(FunctionName=self.name, Payload=NOTHING)["Payload"].read()

    def _change(self, variables: dict[str, str]) -> None:
        all_of_them = self.configuration["Environment"]["Variables"] | variables
        self.client.update_function_configuration(
            FunctionName=self.name, Environment={"Variables": all_of_them}
        )

    def _enable(self, mappings: list[str], *, enabled: bool) -> None:
        for mapping in mappings:
            self.client.update_event_source_mapping(UUID=mapping, Enabled=enabled)
