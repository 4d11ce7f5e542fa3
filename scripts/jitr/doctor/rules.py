"""The topic rules that bring AWS IoT's events into the queue."""

from collections.abc import Iterator

from jitr.doctor.check import Finding, failed, ok
from jitr.doctor.site import Site

KIND = "AWS::IoT::TopicRule"


def rules(site: Site) -> Iterator[Finding]:
    """See that each topic rule of the stack is there and enabled."""
    iot = site.target.iot
    for name in _deployed(site):
        try:
            rule = iot.get_topic_rule(ruleName=name)["rule"]
        except iot.exceptions.UnauthorizedException:
            # AWS IoT says so of a rule that is not there, too; the stack says that it is.
            yield failed(f"{name} is gone, or you may not read it (iot:GetTopicRule)", "deploy again")
            continue
        if rule.get("ruleDisabled"):
            yield failed(
                f"{name} is disabled: no new device comes in",
                f"`aws iot enable-topic-rule --rule-name {name}`",
            )
        else:
            yield ok(name)


def _deployed(site: Site) -> list[str]:
    pages = site.target.session.client("cloudformation").get_paginator("list_stack_resources")
    return [
        resource["PhysicalResourceId"]
        for page in pages.paginate(StackName=site.stack_name)
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == KIND and resource.get("PhysicalResourceId")
    ]
