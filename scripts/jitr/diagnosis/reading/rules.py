"""The topic rules that an authority's events may take: the stack's own, and whatever else covers them."""

import re
from dataclasses import replace
from typing import Any

from contract import stack_name
from jitr.diagnosis.facts import Authority, Place
from jitr.diagnosis.reading.reader import Reader, paged
from jitr.diagnosis.rules.rule import covers_topic, events_of
from jitr.diagnosis.way import Rule

AWS_SETS = ("createdAt", "ruleName", "ruleDisabled")
RULE, ROLE = "AWS::IoT::TopicRule", "AWS::IAM::Role"


def rules(
    reader: Reader, place: Place, authority: Authority | None, queues: tuple[str, str]
) -> tuple[Rule, ...]:
    """Read the rules that matter for an authority.

    Args:
        reader: of the environment.
        place: of the environment.
        authority: of the certificate.
        queues: URLs of the registration queue and of the dead-letter queue, for a rule to be made anew.
    """
    if authority is None or authority.id is None:
        return ()
    listed = {each["ruleName"]: each for each in paged(reader.iot, "list_topic_rules", "rules")}
    stack = _of_stack(reader, stack_name(place.environment), authority.name)
    own = stack.get(RULE, [])
    others = [
        name
        for name, each in listed.items()
        if covers_topic(each.get("topicPattern"), authority.id) and name not in own
    ]
    payload = _payload(authority.id, [place.iam_role(name) for name in stack.get(ROLE, [])], queues)
    return (
        *(
            replace(_read(reader, name), own=True)
            if name in listed
            else Rule(name, own=True, there=False, payload=payload)
            for name in own
        ),
        *(_read(reader, name) for name in others),
    )


def _of_stack(reader: Reader, stack: str, name: str | None) -> dict[str, list[str]]:
    """Give the names of the stack's rule and role for an authority, by the ids that the CDK gives them."""
    if name is None:
        return {}
    own = re.compile(rf"RegistrationAuthority{name.replace('-', '')}Rule(Role)?[0-9A-F]{{8}}")
    names: dict[str, list[str]] = {}
    for each in paged(reader.stacks, "list_stack_resources", "StackResourceSummaries", StackName=stack):
        if own.fullmatch(each["LogicalResourceId"]) and "PhysicalResourceId" in each:
            names.setdefault(each["ResourceType"], []).append(each["PhysicalResourceId"])
    return names


def _read(reader: Reader, name: str) -> Rule:
    rule: dict[str, Any] = dict(reader.iot.get_topic_rule(ruleName=name)["rule"])
    queues = [action["sqs"]["queueUrl"] for action in rule.get("actions", []) if "sqs" in action]
    return Rule(
        name,
        disabled=bool(rule.get("ruleDisabled")),
        sql=rule.get("sql", ""),
        queues=tuple(queues),
        payload={key: value for key, value in rule.items() if key not in AWS_SETS},
    )


def _payload(authority: str, roles: list[str], queues: tuple[str, str]) -> dict[str, Any]:
    """Write the rule as the stack makes it (jitr_stack/registration.py), for one that was deleted."""
    if not roles:
        return {}
    taken, failed = ({"sqs": {"queueUrl": url, "roleArn": roles[0], "useBase64": False}} for url in queues)
    return {
        "sql": events_of(authority),
        "awsIotSqlVersion": "2016-03-23",
        "actions": [taken],
        "errorAction": failed,
    }
