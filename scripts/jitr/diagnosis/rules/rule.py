"""The topic rule: it takes AWS IoT's event about the certificate to the registration queue."""

import re
from collections.abc import Iterator

from jitr.diagnosis.commands import Commands, compact
from jitr.diagnosis.facts import Authority, Facts
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread
from jitr.diagnosis.permissions import granted_again
from jitr.diagnosis.rules.authority import AGAIN, CLOSED_ON_PURPOSE
from jitr.diagnosis.way import Queue, Rule

TOPIC = "$aws/events/certificates/registered/"
FROM = re.compile(r"\bFROM\s+'([^']*)'", re.IGNORECASE)
WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)


def events_of(authority: str) -> str:
    """Give the SQL that takes the events of an authority (certificate id)."""
    return f"SELECT * FROM '{TOPIC}{authority}'"  # noqa: S608  no user's text


def covers(sql: str, authority: str) -> bool:
    """Tell whether a rule's topic filter takes the events of an authority."""
    found = FROM.search(sql)
    if found is None:
        return False
    return found[1] in {f"{TOPIC}{authority}", f"{TOPIC}+", f"{TOPIC}#"}


def selects_some(rule: Rule) -> bool:
    """Tell whether a rule has a WHERE, which is not evaluated here."""
    return WHERE.search(rule.sql) is not None


def idle_rule(facts: Facts) -> Iterator[Finding]:
    """Find out why no rule takes the event to the queue."""
    rules, authority = facts.way.rules, facts.authority
    if isinstance(rules, Unread) or not isinstance(authority, Authority) or authority.id is None:
        return
    covering = [rule for rule in rules if rule.there and covers(rule.sql, authority.id)]
    if not covering:
        if authority.state not in CLOSED_ON_PURPOSE:  # a closed one has no rule, and its deploy makes one
            yield _none_covers(facts, authority, authority.id, rules)
    elif all(rule.disabled for rule in covering):
        yield _disabled(facts, authority, covering[0])
    elif not any(_reaches_queue(rule, facts) for rule in covering if not rule.disabled):
        yield _elsewhere(facts, covering[0])
    elif facts.way.rule_denials and not isinstance(facts.way.rule_denials, Unread):
        yield Finding(
            Cause.RULE_NOT_PERMITTED,
            f"The topic rule {covering[0].name} may not send to the registration queue: its role lacks "
            f"{', '.join(denial.action for denial in facts.way.rule_denials)}.",
            advice=AGAIN,
            mend=granted_again(facts.way.rule_denials, str(_role_of(covering[0])), Commands(facts.place)),
        )


def _none_covers(facts: Facts, authority: Authority, authority_id: str, rules: tuple[Rule, ...]) -> Finding:
    commands = Commands(facts.place)
    gone = next((rule for rule in rules if not rule.there), None)
    if other := next((rule for rule in rules if rule.there), None):
        payload = compact({**other.payload, "sql": events_of(authority_id)})
        return Finding(
            Cause.RULE_OF_ANOTHER,
            f"The topic rule {other.name} is bound to another topic than the events of {authority.said}: "
            f"{other.sql}.",
            advice=AGAIN,
            mend=(commands.aws("iot replace-topic-rule", rule_name=other.name, topic_rule_payload=payload),),
        )
    if authority.name is None:
        return Finding(
            Cause.RULE_MISSING,
            f"No topic rule takes the events of {authority.said}: it is none of environment "
            f"{facts.place.environment}.",
            advice=f"Add it to environments/{facts.place.environment}.toml, and deploy.",
            mend=(commands.deploy,),
        )
    named = f"the topic rule {gone.name} was deleted" if gone else "there is no topic rule for them"
    return Finding(
        Cause.RULE_MISSING,
        f"Nothing takes the events of {authority.said} to the queue: {named}.",
        advice=AGAIN,
        mend=_made_again(commands, gone, authority_id) if gone and gone.payload else (commands.deploy,),
    )


def _made_again(commands: Commands, gone: Rule, authority: str) -> tuple[str, ...]:
    payload = compact({**gone.payload, "sql": events_of(authority)})
    return (commands.aws("iot create-topic-rule", rule_name=gone.name, topic_rule_payload=payload),)


def _disabled(facts: Facts, authority: Authority, rule: Rule) -> Finding:
    return Finding(
        Cause.RULE_DISABLED,
        f"The topic rule {rule.name}, which takes the events of {authority.said} to the queue, is disabled.",
        advice=AGAIN,
        mend=(Commands(facts.place).aws("iot enable-topic-rule", rule_name=rule.name),),
    )


def _elsewhere(facts: Facts, rule: Rule) -> Finding:
    commands = Commands(facts.place)
    sends_to = ", ".join(rule.queues) or "no queue"
    return Finding(
        Cause.RULE_ELSEWHERE,
        f"The topic rule {rule.name} sends to {sends_to}, not to the registration queue.",
        advice="Look at its actions; delete it, run this command again, and it says how to make it anew.",
        mend=(
            commands.aws("iot get-topic-rule", rule_name=rule.name),
            commands.aws("iot delete-topic-rule", rule_name=rule.name),
        ),
    )


def _reaches_queue(rule: Rule, facts: Facts) -> bool:
    queue = facts.way.queue
    if not isinstance(queue, Queue):  # whether that is there is said elsewhere
        return True
    return queue_name(queue.url) in map(queue_name, rule.queues)


def queue_name(url: str) -> str:
    """Give account and name of a queue: the rest of a URL may be written in several ways."""
    return "/".join(url.rstrip("/").split("/")[-2:])


def _role_of(rule: Rule) -> object:
    actions = rule.payload.get("actions")
    for action in actions if isinstance(actions, list) else []:
        if "sqs" in action:
            return action["sqs"].get("roleArn")
    return None
