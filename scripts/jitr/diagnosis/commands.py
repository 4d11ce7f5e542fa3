"""Commands that mend something, written out with real names, to be pasted into a shell."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from jitr.diagnosis.facts import Place


@dataclass(frozen=True)
class Commands:
    """Commands for one environment."""

    place: Place

    def aws(self, words: str, *more: str, **options: str) -> str:
        """Give a line of AWS's CLI: its service and operation, words that follow them, and options."""
        given = [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in options.items()]
        return " ".join(["aws", words, *given, *more, f"--region {self.place.region}"])

    def jitr(self, *words: str) -> str:
        """Give a line of this command, for this environment."""
        return " ".join(["jitr", *map(shlex.quote, words), "-e", self.place.environment])

    @property
    def deploy(self) -> str:
        """Deploy the environment as its file says."""
        return f"npx cdk deploy '{self.place.environment}/*'"

    @property
    def recheck(self) -> str:
        """Deploy it, and let it look at every authority, whether its settings changed or not."""
        return f"""{self.deploy} -c recheck="$(date --iso-8601=seconds)\""""

    def attach_thing(self, thing: str, certificate_id: str) -> str:
        """Attach a certificate to its thing, and to no other."""
        principal = self.place.arn(f"cert/{certificate_id}")
        return self.aws(
            "iot attach-thing-principal",
            "--thing-principal-type EXCLUSIVE_THING",
            thing_name=thing,
            principal=principal,
        )

    def attach_policy(self, policy: str, certificate_id: str) -> str:
        """Attach a policy to a certificate."""
        target = self.place.arn(f"cert/{certificate_id}")
        return self.aws("iot attach-policy", policy_name=policy, target=target)


def compact(value: Mapping[str, object]) -> str:
    """Write JSON for a command's option."""
    return json.dumps(value, separators=(",", ":"))
