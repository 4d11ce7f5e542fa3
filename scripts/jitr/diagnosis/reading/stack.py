"""Where an environment's parts are: account and Region, the stack's outputs, the deployed authorities."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract import Output, stack_name
from jitr.deployed import outputs
from jitr.diagnosis.facts import Place
from jitr.diagnosis.part import Unread
from jitr.diagnosis.reading.reader import Reader
from jitr.environment_authorities import DeployedAuthority, deployed_authorities
from jitr.failure import FailureError


@dataclass(frozen=True)
class Parts:
    """Names and addresses of what the stack made."""

    records: str
    """Name of the table."""
    queue: str
    """URL, as the next."""
    dead_letters: str
    function: str
    policy: str


@dataclass(frozen=True)
class Stack:
    """One deployed environment."""

    place: Place
    parts: Parts | Unread
    authorities: Mapping[str, DeployedAuthority] | Unread


def stack(reader: Reader) -> Stack:
    """Find an environment's parts.

    Raises:
        FailureError: the stack is not deployed, or an earlier version deployed it.
    """
    target = reader.target
    found = reader.side_by_side(
        {
            "place": lambda: _place(reader),
            "parts": lambda: reader.attempt("the stack's outputs", lambda: _parts(reader)),
            "authorities": lambda: reader.attempt(
                "the environment's authorities", lambda: deployed_authorities(target)
            ),
        }
    )
    return Stack(found["place"], found["parts"], found["authorities"])


def _parts(reader: Reader) -> Parts:
    found, environment = outputs(reader.target), reader.target.environment
    try:
        return Parts(
            found[Output.ISSUANCE_RECORDS],
            found[Output.REGISTRATION_QUEUE],
            found[Output.DEAD_LETTER_QUEUE],
            found[Output.REGISTRATION_FUNCTION],
            found[Output.DEVICE_POLICY],
        )
    except KeyError as missing:
        raise FailureError(
            f"the stack {stack_name(environment)} has no output {missing.args[0]}: deploy it again with "
            f"`cdk deploy '{environment}/*'`"
        ) from None


def _place(reader: Reader) -> Place:
    target = reader.target
    region = reader.iot.meta.region_name
    account = target.settings.account or reader.account()
    partition = target.session.get_partition_for_region(region)
    return Place(target.environment, region, account, target.settings.local, partition)
