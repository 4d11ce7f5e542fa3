"""What is deployed against the environment's file, and against what somebody made of it by hand.

The first compares templates: what `cdk deploy` would change, and nothing else. The second is CloudFormation's
own detection. It takes minutes, and knows nothing of authorities, which the check `authorities` looks at.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator

from jitr.checkout import IN_A_CHECKOUT
from jitr.doctor.check import Finding, not_checked, ok, warning
from jitr.doctor.functions import AGAIN
from jitr.doctor.site import Site
from jitr.doctor.synthesis import template
from jitr.doctor.template_difference import Difference, Template, differences

SHOWN = 3
"""Differences of one cause that are written out."""
PATIENCE = 900.0  # seconds that CloudFormation is given to look at every resource
ASKED_EVERY = 2.0  # seconds


def changes(site: Site) -> Iterator[Finding]:
    """Synthesise the environment as a deploy would, and compare it with the template that was deployed."""
    if not IN_A_CHECKOUT:
        yield not_checked("the stack is made by the app that this package is installed for", "run `cdk diff`")
        return
    wanted = template(
        site.environment, site.folder, site.scratch / "assembly", site.variables(), site.started
    )
    yield from of_templates(site.template, wanted, site.environment)


def of_templates(deployed: Template, wanted: Template, environment: str) -> Iterator[Finding]:
    """Say what makes the two different, a line for each cause."""
    causes: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences(deployed, wanted):
        causes[difference.cause].append(difference)
    for cause, made in sorted(causes.items()):
        yield warning(_said(made), f"`npx cdk deploy '{environment}/*'`", about=cause)
    if not causes:
        yield ok("none: what is deployed is what the file says")


def _said(made: Iterable[Difference]) -> str:
    lines = [str(each) for each in made]
    more = f", and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return "a deploy " + ", ".join(lines[:SHOWN]) + more


def drift(site: Site) -> Iterator[Finding]:
    """Let CloudFormation compare each resource with what was deployed, and wait for it."""
    client = site.target.session.client("cloudformation")
    detection = client.detect_stack_drift(StackName=site.stack_name)["StackDriftDetectionId"]
    until = time.monotonic() + PATIENCE
    while True:
        answer = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if answer["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        if time.monotonic() > until:
            yield not_checked(f"CloudFormation has not finished within {PATIENCE:.0f} s", "look again")
            return
        time.sleep(ASKED_EVERY)
    drifted = client.describe_stack_resource_drifts(
        StackName=site.stack_name, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
    )["StackResourceDrifts"]
    for each in drifted:
        what = f"{each['ResourceType']} {each.get('PhysicalResourceId', '')}"
        yield warning(f"{what} is {each['StackResourceDriftStatus']}", AGAIN, about=each["LogicalResourceId"])
    if not drifted:
        yield ok("none: each resource that CloudFormation can compare is as it was deployed")
