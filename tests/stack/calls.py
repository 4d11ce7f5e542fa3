"""The calls to AWS that a function makes, read from its source: its handler and all that it imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import MappingProxyType

from botocore import xform_name
from botocore.session import get_session

SOURCE = Path(__file__).parents[2] / "lambda_src"
CLIENTS = MappingProxyType(
    {
        "client": ("dynamodb", "events", "lambda"),
        "cloudformation": ("cloudformation",),
        "iot": ("iot",),
        "kms": ("kms",),
        "once": ("iot",),
        "secrets": ("secretsmanager",),
        "sqs": ("sqs",),
        "ssm": ("ssm",),
    }
)
"""Services that clients are of, by the name (without an underscore before it) of what holds or gives them."""

IN_A_TRANSACTION = MappingProxyType(
    {"ConditionCheck": "ConditionCheckItem", "Put": "PutItem", "Update": "UpdateItem"}
)
"""Actions of TransactWriteItems, which is none itself (Service Authorization Reference, DynamoDB)."""

NAMED_OTHERWISE = MappingProxyType(
    {
        "lambda:Invoke": "lambda:InvokeFunction",
        "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    }
)
"""Operations whose action has another name (Service Authorization Reference, Lambda and SQS)."""


def calls(part: str) -> set[str]:
    """IAM actions of all calls that the function of `lambda_src/<part>` may come to make."""
    return {action for module in modules(f"{part}.handler") for action in actions(module)}


def modules(start: str) -> set[Path]:
    """Files of a module and all that it imports, here or further on."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        file = SOURCE / f"{waiting.pop().replace('.', '/')}.py"
        if file.is_file() and file not in found:
            found.add(file)
            waiting += imported(file)
    return found


def imported(file: Path) -> Iterator[str]:
    """Modules that a file imports, but for types alone."""
    tree = ast.parse(file.read_text())
    typing_only = {node for block in ast.walk(tree) if for_types(block) for node in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node not in typing_only:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def for_types(node: ast.AST) -> bool:
    """Whether it is an `if TYPE_CHECKING`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def actions(file: Path) -> Iterator[str]:
    """IAM actions of the calls in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Dict(keys=[ast.Constant(value=str(kind))]) if kind in IN_A_TRANSACTION:
                yield f"dynamodb:{IN_A_TRANSACTION[kind]}"
            case ast.Call(func=ast.Attribute(attr=method, value=holder)):
                wanted = first_text(node) if method == "get_paginator" else method
                for action in filter(None, (operations(of).get(wanted) for of in services(holder))):
                    yield NAMED_OTHERWISE.get(action, action)


def services(holder: ast.expr) -> tuple[str, ...]:
    """Services that something may be a client of, by what it is called; none if it is no client."""
    match holder:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)):
            return CLIENTS.get(name.lstrip("_"), ())
        case _:
            return ()


def first_text(call: ast.Call) -> str:
    """The text that is a call's first argument."""
    match call.args:
        case [ast.Constant(value=str(text)), *_]:
            return text
        case _:
            raise AssertionError(f"{ast.unparse(call)}: the name of the paginator is not written out")


@cache
def operations(service: str) -> dict[str, str]:
    """Service and operation of every client method, but for the one that is no action."""
    names = get_session().get_service_model(service).operation_names
    return {xform_name(name): f"{service}:{name}" for name in names if name != "TransactWriteItems"}
