"""Where an environment's parts are: account and Region, the stack's outputs, the deployed authorities."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract import Output
from jitr.deployed import outputs
from jitr.diagnosis.facts import Place
from jitr.diagnosis.part import Unread
from jitr.diagnosis.reading.reader import Reader
from jitr.environment_authorities import DeployedAuthority, deployed_authorities


@dataclass(frozen=True)
class Stack:
    """One deployed environment."""

    place: Place
    outputs: Mapping[str, str] | Unread
    authorities: Mapping[str, DeployedAuthority] | Unread

    def output(self, name: Output) -> str | Unread:
        """Give an output of the stack."""
        if isinstance(self.outputs, Unread):
            return self.outputs
        found = self.outputs.get(name)
        return found or Unread(f"the output {name}", "the stack has none: deploy it again")


def stack(reader: Reader) -> Stack:
    """Find an environment's parts.

    Raises:
        FailureError: the stack is not deployed.
    """
    target = reader.target
    found = reader.side_by_side(
        {
            "place": lambda: _place(reader),
            "outputs": lambda: reader.attempt("the stack's outputs", lambda: outputs(target)),
            "authorities": lambda: reader.attempt(
                "the environment's authorities", lambda: deployed_authorities(target)
            ),
        }
    )
    return Stack(found["place"], found["outputs"], found["authorities"])


def _place(reader: Reader) -> Place:
    target = reader.target
    region = reader.iot.meta.region_name
    account = target.settings.account or reader.account()
    partition = target.session.get_partition_for_region(region)
    return Place(target.environment, region, account, target.settings.local, partition)
