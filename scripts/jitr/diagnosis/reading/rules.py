"""The topic rules that an authority's events may take: the stack's own, and whatever else covers them."""

import re
from typing import Any

from jitr.diagnosis.facts import Authority
from jitr.diagnosis.part import Unread
from jitr.diagnosis.reading.reader import Reader, paged
from jitr.diagnosis.rules.rule import TOPIC, events_of
from jitr.diagnosis.way import Rule

AWS_SETS = ("createdAt", "ruleName", "ruleDisabled")
RULE, ROLE = "AWS::IoT::TopicRule", "AWS::IAM::Role"


def rules(
    reader: Reader, stack: str, authority: Authority | None, queues: tuple[str, str]
) -> tuple[Rule, ...]:
    """Read the rules that matter for an authority.

    Args:
        reader: of the environment.
        stack: its stack's name.
        authority: of the certificate.
        queues: URLs of the registration queue and of the dead-letter queue, for a rule to be made anew.
    """
    if authority is None or authority.id is None:
        return ()
    listed = {each["ruleName"]: each for each in paged(reader.iot, "list_topic_rules", "rules")}
    own = _own(reader, stack, authority.name)
    covering = [name for name, each in listed.items() if _pattern_covers(each, authority.id)]
    found = [_read(reader, name) for name in dict.fromkeys([*covering, *own.get(RULE, [])]) if name in listed]
    gone = [name for name in own.get(RULE, []) if name not in listed]
    payload = _payload(reader, authority, own.get(ROLE, []), queues)
    return (*found, *(Rule(name, there=False, payload=payload) for name in gone))


def _pattern_covers(listed: dict[str, Any], authority: str) -> bool:
    return listed.get("topicPattern") in {f"{TOPIC}{authority}", f"{TOPIC}+", f"{TOPIC}#"}


def _own(reader: Reader, stack: str, name: str | None) -> dict[str, list[str]]:
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


def _payload(
    reader: Reader, authority: Authority, roles: list[str], queues: tuple[str, str]
) -> dict[str, Any]:
    """Write the rule as the stack makes it (jitr_stack/registration.py), for one that was deleted."""
    if not roles:
        return {}
    arn = reader.iam.get_role(RoleName=roles[0])["Role"]["Arn"] if roles else None
    sends = [{"sqs": {"queueUrl": url, "roleArn": arn, "useBase64": False}} for url in queues]
    return {
        "sql": events_of(str(authority.id)),
        "awsIotSqlVersion": "2016-03-23",
        "actions": sends[:1],
        "errorAction": sends[1],
    }


def role_of(found: tuple[Rule, ...] | Unread) -> str | None:
    """Give the role (ARN) with which the first rule sends to a queue."""
    for rule in () if isinstance(found, Unread) else found:
        actions = rule.payload.get("actions")
        for action in actions if isinstance(actions, list) else []:
            if rule.there and "sqs" in action:
                return str(action["sqs"].get("roleArn"))
    return None
