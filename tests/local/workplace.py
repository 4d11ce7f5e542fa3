"""Where the work of roles is done: a deployed environment's functions, called as AWS calls them."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.config import Config
from fleet import Fleet, awaited
from owner import Owner
from roles import Role, physical_ids, roles

from contract import stack_name

DENIED = "is not authorized to perform"
"""In every refusal of IAM's, before the action that was missing."""

ONCE = Config(read_timeout=120, retries={"total_max_attempts": 1})
"""For invocations: a function that waits for a permission takes half a minute."""


class Broken(AssertionError):  # noqa: N818  # named for what happened
    """The work of a role came to no good end; the text is what the function said about it."""


@dataclass(frozen=True)
class Workplace:
    """An environment; `factory` is the owner of its external authority, if it has one."""

    fleet: Fleet
    factory: Owner = field(default_factory=Owner)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Its roles, by logical id."""
        return roles(self.fleet)

    @cached_property
    def functions(self) -> dict[str, str]:
        """Names of its functions, by logical id."""
        return physical_ids(self.fleet, "AWS::Lambda::Function")

    @cached_property
    def stack_id(self) -> str:
        """ARN of its stack."""
        (stack,) = self.fleet.client("cloudformation").describe_stacks(
            StackName=stack_name(self.fleet.environment)
        )["Stacks"]
        return str(stack["StackId"])

    @cached_property
    def _lambda(self) -> Any:
        return self.fleet.session.client("lambda", config=ONCE)

    def call(self, function: str, event: object) -> dict[str, Any]:
        """Invoke a function, by logical id.

        Raises:
            Broken: it failed.
        """
        done = self._lambda.invoke(FunctionName=self.functions[function], Payload=json.dumps(event))
        answer: dict[str, Any] = json.loads(done["Payload"].read())
        if "FunctionError" in done:
            raise Broken(answer["errorMessage"])
        return answer

    def start_afresh(self, function: str) -> None:
        """Let the next call find nothing that an earlier one had kept in memory."""
        name = self.functions[function]
        size = self._lambda.get_function_configuration(FunctionName=name)["MemorySize"]
        # Any change to a configuration ends the processes that run with the former one.
        self._lambda.update_function_configuration(FunctionName=name, MemorySize=size)
        awaited(
            lambda: (
                self._lambda.get_function_configuration(FunctionName=name)["LastUpdateStatus"] == "Successful"
            )
        )

    def said(self, function: str) -> list[str]:
        """Every line that a function has logged."""
        settings = self._lambda.get_function_configuration(FunctionName=self.functions[function])
        return self.fleet.log_lines(settings["LoggingConfig"]["LogGroup"])


def must(good: object, said: object) -> None:
    """Say that the work is broken unless something is as it must be.

    Raises:
        Broken: it is not; `said` is the function's own word.
    """
    if not good:
        raise Broken(str(said))
