"""The deployed stack of an environment, found by its outputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from contract import Output, stack_name
from jitr.aws_errors import code_of
from jitr.failure import FailureError
from jitr.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


@dataclass(frozen=True)
class IssuedCertificate:
    """What the issuance function gives for a CSR; `chain` is what the device sends behind its certificate."""

    thing_name: str
    certificate_id: str
    ca_certificate_id: str
    certificate: str
    ca_certificate: str
    not_after: str
    chain: tuple[str, ...] = ()

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> "IssuedCertificate":
        """Read an answer; fields that this version does not know are passed over."""
        given = {field: answer[field] for field in cls.__dataclass_fields__ if field in answer}
        return cls(**given | {"chain": tuple(answer.get("chain", ()))})

    @property
    def with_chain(self) -> str:
        """What a device keeps: its certificate, and those it sends behind it."""
        return "".join((self.certificate, *self.chain))


def stack(target: Target) -> "StackTypeDef | None":
    """Look for the environment's stack; None when it is not there."""
    try:
        found = target.session.client("cloudformation").describe_stacks(
            StackName=stack_name(target.environment)
        )
    except ClientError as error:
        if code_of(error) != "ValidationError":
            raise
        return None
    return next(iter(found["Stacks"]), None)


def outputs_of(found: "StackTypeDef") -> dict[str, str]:
    """Give a stack's outputs by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def outputs(target: Target) -> dict[str, str]:
    """Read the outputs of the environment's stack.

    Raises:
        FailureError: the stack is not deployed.
    """
    found = stack(target)
    if found is None:
        name = stack_name(target.environment)
        raise FailureError(f"the stack {name} is not deployed: run `cdk deploy '{target.environment}/*'`")
    return outputs_of(found)


def output(target: Target, name: Output) -> str:
    """Read one output of the environment's stack.

    Raises:
        FailureError: the stack is not deployed, or deployed by an earlier version without this output.
    """
    try:
        return outputs(target)[name]
    except KeyError:
        raise FailureError(
            f"the stack {stack_name(target.environment)} has no output {name}: deploy it again with "
            f"`cdk deploy '{target.environment}/*'`"
        ) from None


def issue(target: Target, csr: str) -> IssuedCertificate:
    """Have the deployed authority sign a CSR (PEM).

    Raises:
        FailureError: the CSR was refused (with the reason), or the function failed.
    """
    function = output(target, Output.ISSUANCE_FUNCTION)
    answer = target.session.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps({"csr": csr}).encode()
    )
    payload: dict[str, Any] = json.loads(answer["Payload"].read() or b"{}")
    if "FunctionError" in answer:
        said = payload.get("errorMessage", "no message")
        raise FailureError(f"the issuance function {function} failed: {said}; its log group has more")
    if refused := payload.get("refused"):
        raise FailureError(f"the CSR was refused ({refused['reason']}): {refused['message']}")
    return IssuedCertificate.read(payload)
