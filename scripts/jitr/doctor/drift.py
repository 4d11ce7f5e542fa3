"""What `cdk deploy` would change: the environment's file against what is deployed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from jitr.doctor.check import Finding, ok, warning
from jitr.doctor.site import Site
from jitr.doctor.synthesis import template
from jitr.doctor.template_difference import Difference, Template, differences

SHOWN = 3
"""Differences of one cause that are written out."""


def drift(site: Site) -> Iterator[Finding]:
    """Synthesise the environment as a deploy would, and compare it with the template that was deployed."""
    wanted = template(
        site.environment, site.folder, site.scratch / "assembly", site.variables(), site.started
    )
    yield from of_templates(_deployed(site), wanted, site.environment)


def of_templates(deployed: Template, wanted: Template, environment: str) -> Iterator[Finding]:
    """Say what makes the two different, a line for each cause."""
    causes: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences(deployed, wanted):
        causes[difference.cause].append(difference)
    for cause, made in sorted(causes.items()):
        yield warning(_said(made), f"`npx cdk deploy '{environment}/*'`", about=cause)
    if not causes:
        yield ok("none: a deploy would change nothing")


def _said(made: Iterable[Difference]) -> str:
    lines = [str(each) for each in made]
    more = f", and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return "a deploy would change " + ", ".join(lines[:SHOWN]) + more


def _deployed(site: Site) -> Template:
    client = site.target.session.client("cloudformation")
    body = client.get_template(StackName=site.stack_name, TemplateStage="Original")["TemplateBody"]
    # botocore reads JSON; an answer that it could not read, it leaves as text.
    found: Template = json.loads(body) if isinstance(body, str) else body
    return found
