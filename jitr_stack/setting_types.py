"""What single settings may be."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

NAME = "[a-z](-?[a-z0-9]){0,23}"
"""Names of environments and authorities: they become parts of resource names."""

Flag = Annotated[bool, Field(strict=True)]
"""`true` or `false`: that `"off"` is false, too, nobody who reads it can know."""


def _whole_number(value: object) -> object:
    """Refuse what Python takes for a number that it is not: `True == 1`, and `30.0 == 30`."""
    if isinstance(value, bool | float):
        raise ValueError("Input should be a whole number")  # noqa: TRY004  pydantic takes no other
    return value


OF_THE_PIPELINE = r"jitr-pipeline.*|(wave|approve)-[0-9]+"
"""Names that no environment may have: the pipeline's stack and stages have them, beside stages that are named
after environments."""

Name = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
FunctionArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[\w-]{1,64}(:[\w-]+)?$"),
]
# A name, of this account and Region, or an ARN (EventBridge, PutEvents, EventBusName).
EventBus = Annotated[
    str,
    StringConstraints(
        pattern=r"^([/.\-_A-Za-z0-9]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[/.\-_A-Za-z0-9]{1,256})$"
    ),
]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
# What CloudWatch Logs accepts (PutRetentionPolicy, API reference).
Retention = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
LogRetention = Annotated[Retention, BeforeValidator(_whole_number)]
