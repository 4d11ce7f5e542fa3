"""The topic rule: it takes AWS IoT's event about the certificate to the registration queue."""

import re
from collections.abc import Iterable, Iterator

from jitr.diagnosis.commands import Commands, compact
from jitr.diagnosis.facts import Authority, Facts
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.permissions import granted_again
from jitr.diagnosis.rules.authority import AGAIN, CLOSED_ON_PURPOSE
from jitr.diagnosis.way import Queue, Rule

TOPIC = "$aws/events/certificates/registered/"
FROM = re.compile(r"\bFROM\s+'([^']*)'", re.IGNORECASE)
WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)


def events_of(authority: str) -> str:
    """Give the SQL that takes the events of an authority (certificate id)."""
    return f"SELECT * FROM '{TOPIC}{authority}'"  # nosec B608 # noqa: S608  no user's text


def covers(sql: str, authority: str) -> bool:
    """Tell whether a rule's topic filter takes the events of an authority."""
    found = FROM.search(sql)
    return found is not None and covers_topic(found[1], authority)


def covers_topic(topic_filter: str | None, authority: str) -> bool:
    """Tell whether a topic filter takes them: AWS IoT keeps these topics from filters that begin wilder."""
    return topic_filter in {f"{TOPIC}{authority}", f"{TOPIC}+", f"{TOPIC}#"}


def selects_some(rule: Rule) -> bool:
    """Tell whether a rule has a WHERE, which is not evaluated here."""
    return WHERE.search(rule.sql) is not None


def taking(rules: Iterable[Rule], authority: str, queue: str) -> list[Rule]:
    """Give the rules that take an authority's events to a queue (URL), those that are enabled first."""
    found = [
        rule
        for rule in rules
        if rule.there and covers(rule.sql, authority) and _name(queue) in map(_name, rule.queues)
    ]
    return sorted(found, key=lambda rule: rule.disabled)


def idle_rule(facts: Facts) -> Iterator[Finding]:
    """Find out why no rule takes the event to the queue."""
    rules, authority, queue = facts.way.rules, facts.authority, facts.way.queue
    if isinstance(rules, Unread) or not isinstance(authority, Authority) or authority.id is None:
        return
    if not isinstance(queue, Queue):  # nothing can reach a queue that is not there, or not seen
        return
    rule = next(iter(taking(rules, authority.id, queue.url)), None)
    if rule is None:
        if authority.state not in CLOSED_ON_PURPOSE:  # a closed one has no rule, and its deploy makes one
            yield _no_rule(facts, authority, authority.id, rules)
    elif rule.disabled:
        yield Finding(
            Cause.RULE_DISABLED,
            f"The topic rule {rule.name}, which takes the events of {authority.said} to the queue, is "
            "disabled.",
            advice=AGAIN,
            mend=(Commands(facts.place).aws("iot enable-topic-rule", rule_name=rule.name),),
        )
    elif denials := known(facts.way.rule_denials):
        yield Finding(
            Cause.RULE_NOT_PERMITTED,
            f"The topic rule {rule.name} may not send to the registration queue: its role is not allowed "
            f"{', '.join(denial.action for denial in denials)}.",
            advice=AGAIN,
            mend=granted_again(denials, str(rule.role), Commands(facts.place)),
        )


def _no_rule(facts: Facts, authority: Authority, authority_id: str, rules: tuple[Rule, ...]) -> Finding:
    """Say what became of the stack's own rule for an authority."""
    own = next((rule for rule in rules if rule.own), None)
    if own is None:
        return _never_made(facts, authority)
    if not own.there:
        return _deleted(facts, authority, authority_id, own)
    if not covers(own.sql, authority_id):
        return _bound_to_another(facts, authority, authority_id, own)
    return _elsewhere(facts, own)


def _never_made(facts: Facts, authority: Authority) -> Finding:
    environment = facts.place.environment
    return Finding(
        Cause.RULE_MISSING,
        f"No topic rule takes the events of {authority.said} to the queue: environment {environment} was "
        f"deployed without {'one' if authority.name else 'it'}.",
        advice=None if authority.name else f"Add it to environments/{environment}.toml, and deploy.",
        mend=(Commands(facts.place).deploy,),
    )


def _deleted(facts: Facts, authority: Authority, authority_id: str, own: Rule) -> Finding:
    commands = Commands(facts.place)
    payload = compact({**own.payload, "sql": events_of(authority_id)})
    again = commands.aws("iot create-topic-rule", rule_name=own.name, topic_rule_payload=payload)
    return Finding(
        Cause.RULE_MISSING,
        f"Nothing takes the events of {authority.said} to the queue: the topic rule {own.name} was deleted.",
        advice=AGAIN,
        mend=(again if own.payload else commands.deploy,),
    )


def _bound_to_another(facts: Facts, authority: Authority, authority_id: str, own: Rule) -> Finding:
    payload = compact({**own.payload, "sql": events_of(authority_id)})
    bound = Commands(facts.place).aws(
        "iot replace-topic-rule", rule_name=own.name, topic_rule_payload=payload
    )
    return Finding(
        Cause.RULE_OF_ANOTHER,
        f"The topic rule {own.name} takes other events than those of {authority.said}: {own.sql}.",
        advice=AGAIN,
        mend=(bound,),
    )


def _elsewhere(facts: Facts, own: Rule) -> Finding:
    commands = Commands(facts.place)
    return Finding(
        Cause.RULE_ELSEWHERE,
        f"The topic rule {own.name} sends to {', '.join(own.queues) or 'no queue'}, not to the registration "
        "queue.",
        advice="Look at its actions; once it is deleted, this command says how to make it anew.",
        mend=(
            commands.aws("iot get-topic-rule", rule_name=own.name),
            commands.aws("iot delete-topic-rule", rule_name=own.name),
        ),
    )


def _name(queue: str) -> str:
    """Give account and name of a queue: the rest of its URL may be written in several ways."""
    return "/".join(queue.rstrip("/").split("/")[-2:])
