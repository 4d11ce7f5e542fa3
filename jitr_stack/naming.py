"""How what an environment makes is named: one rule for stacks, parameters, exports and tags.

Every name that the project gives begins with the environment, so that environments may share an account and
Region: the stack is `<environment>-jitr`, its exports `<environment>-jitr-<Output>`, parameters stand below
`/jitr/<environment>/` (`contract.stack_name` and its like, which functions and commands use too). All else
is named by CloudFormation, after the stack. Each resource bears the tags `Environment`, `Project` and
`Version`.
"""

import unicodedata
from collections.abc import Mapping

from contract import Output, stack_name
from jitr_stack import release

PROJECT = release.DISTRIBUTION
ENVIRONMENT_TAG, PROJECT_TAG, VERSION_TAG = "Environment", "Project", "Version"
OF_THE_PROJECT = (ENVIRONMENT_TAG, PROJECT_TAG, VERSION_TAG)
MOST_TAGS, LONGEST_NAME, LONGEST_VALUE = 50, 128, 256


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

    AWS takes 50 of a resource (tagging user guide, "Tag naming limits and requirements"). IAM takes least of
    what they may be (API reference, Tag), and knows no difference between upper and lower case in their names
    (IAM user guide, "Rules for tagging in IAM and AWS STS").

    Raises:
        ValueError: naming the tag.
    """
    _refuse_the_project_s(own)
    for name, value in own.items():
        if wrong := _wrong(name, value):
            raise ValueError(f"{name[:LONGEST_NAME]!r}: {wrong}")
        if sum(name.lower() == other.lower() for other in own) > 1:
            raise ValueError(f"{name!r}: there twice, as IAM sees no difference between upper and lower case")
    if len(own) > (most := MOST_TAGS - len(OF_THE_PROJECT)):
        raise ValueError(f"{len(own)} tags; beside the project's own AWS takes {most} at most")
    return own


def _refuse_the_project_s(own: Mapping[str, str]) -> None:
    reserved = {name.lower() for name in OF_THE_PROJECT}
    if taken := [name for name in own if name.lower() in reserved]:
        raise ValueError(
            f"{taken[0]} is given to everything by the project ({ENVIRONMENT_TAG}: the environment's name, "
            f"{PROJECT_TAG}: {PROJECT}, {VERSION_TAG}: its own); take another name"
        )


def _wrong(name: str, value: str) -> str | None:
    """Say what is wrong with a tag, if anything is."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"the name of a tag has from 1 to {LONGEST_NAME} characters"
    if len(value) > LONGEST_VALUE:
        return f"the value of a tag has up to {LONGEST_VALUE} characters"
    if any(text.lower().startswith("aws:") for text in (name, value)):
        return "what begins with aws: is AWS's own"
    if not all(unicodedata.category(each)[0] in "LNZ" or each in "_.:/=+-@" for each in name + value):
        return "a tag has letters, digits, blanks and _ . : / = + - @ alone"
    return None
