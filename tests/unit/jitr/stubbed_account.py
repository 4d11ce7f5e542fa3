"""An account whose clients answer what a test says."""

from typing import Any

import boto3
from botocore.stub import Stubber

from contract import Output
from jitr.doctor.check import Finding, Verdict
from jitr.doctor.site import Site
from jitr.target import Target
from jitr_stack.settings import load


class StubbedAccount:
    """The account of the environment `dev`, seen as the doctor's site."""

    def __init__(self) -> None:
        self.clients: dict[str, Any] = {}
        self.stubs: dict[str, Stubber] = {}
        self.site = Site("dev")
        self.site.target = Target(load("dev"), self)  # type: ignore[arg-type]
        self.site.outputs = {output: f"https://{output}.example" for output in Output}

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.Session("none", "none", region_name="eu-west-1").client(service)  # type: ignore[call-overload]
            self.stubs[service] = Stubber(self.clients[service])
            self.stubs[service].activate()
        return self.clients[service]

    def answers(self, service: str, operation: str, answer: dict[str, Any]) -> None:
        self.client(service)
        self.stubs[service].add_response(operation, answer)


def said(finding: Finding) -> tuple[Verdict, str]:
    return finding.verdict, finding.found
