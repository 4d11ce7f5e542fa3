"""AWS's command line, as far as the proposed commands go, so that a test can run them."""

import json
import shlex
from typing import Any

import boto3
from botocore import xform_name
from botocore.model import OperationModel, Shape


def run(session: boto3.Session, line: str) -> dict[str, Any]:
    """Make the call of a line such as `aws iot enable-topic-rule --rule-name x --region y`."""
    program, service, operation, *words = shlex.split(line)
    assert program == "aws"
    client = session.client(service)  # type: ignore[call-overload]  # any of them
    (name,) = [each for each in client.meta.service_model.operation_names if hyphens(each) == operation]
    model = client.meta.service_model.operation_model(name)
    return getattr(client, xform_name(name))(**parameters(model, words))


def parameters(model: OperationModel, words: list[str]) -> dict[str, Any]:
    """Read options as the operation takes them; those of the program itself (--region, --query) go."""
    members = {f"--{hyphens(name)}": (name, shape) for name, shape in model.input_shape.members.items()}
    given: dict[str, Any] = {}
    while words:
        option = words.pop(0)
        values = []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        if option in members:
            name, shape = members[option]
            given[name] = value(shape, values)
        else:
            assert option in {"--region", "--query", "--output"}, option
    return given


def value(shape: Shape, words: list[str]) -> Any:
    """Read an option's words."""
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "list":
        return words
    (word,) = words
    return json.loads(word) if shape.type_name == "structure" else word


def hyphens(name: str) -> str:
    """Write a name as the command line does."""
    return xform_name(name, "-")
