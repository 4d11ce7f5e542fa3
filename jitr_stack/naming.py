"""How what an environment makes is named: one rule for stacks, parameters, exports and tags.

Every name that the project gives begins with the environment, so that environments may share an account and
Region: the stack is `<environment>-jitr`, its exports `<environment>-jitr-<Output>`, parameters stand below
`/jitr/<environment>/` (`contract.stack_name` and its like, which functions and commands use too). All else
is named by CloudFormation, after the stack. Each resource bears the tags `Environment`, `Project` and
`Version`.
"""

from collections.abc import Mapping

from contract import Output, stack_name
from jitr_stack import release

PROJECT = release.DISTRIBUTION
ENVIRONMENT_TAG, PROJECT_TAG, VERSION_TAG = "Environment", "Project", "Version"


def export_name(environment: str, output: Output) -> str:
    """Give the name under which other stacks of the account and Region import an output."""
    return f"{stack_name(environment)}-{output.value}"


def tags(environment: str, *own: Mapping[str, str]) -> dict[str, str]:
    """Give the tags of what an environment makes; of `own` ones the later come first."""
    given = {ENVIRONMENT_TAG: environment, PROJECT_TAG: PROJECT}
    return {name: value for each in (*own, given) for name, value in each.items()}


def resource_tags(environment: str, own: Mapping[str, str]) -> dict[str, str]:
    """Give the tags of resources, the version among them; docs/supply-chain.md says what a release does."""
    return tags(environment, own) | {VERSION_TAG: release.VERSION}


def check_tags(own: Mapping[str, str]) -> Mapping[str, str]:
    """Give tags that a file may have; those of the project stand for what made a resource.

    IAM knows no difference between upper and lower case in the names of tags (IAM user guide, "Rules for
    tagging in IAM and AWS STS").

    Raises:
        ValueError: naming the tag.
    """
    reserved = {name.lower(): name for name in (ENVIRONMENT_TAG, PROJECT_TAG, VERSION_TAG)}
    if taken := [name for name in own if name.lower() in reserved]:
        raise ValueError(
            f"{taken[0]} is given to everything by the project ({ENVIRONMENT_TAG}: the environment's name, "
            f"{PROJECT_TAG}: {PROJECT}, {VERSION_TAG}: its own); take another name"
        )
    return own
