"""Policies: whether they let the device connect, and speak and listen on its own topics."""

from collections.abc import Iterator, Sequence

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Facts, HeldPolicy
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.policy.conditions import Holds
from jitr.diagnosis.policy.connection import Connection
from jitr.diagnosis.policy.evaluation import Verdict, evaluate, read_document
from jitr.diagnosis.rules.thing import wrong_thing

OWN_TOPICS = (
    ("iot:Publish", "topic/{}/why"),
    ("iot:Subscribe", "topicfilter/{}/#"),
    ("iot:Receive", "topic/{}/why"),
)
"""What a device of an environment may do: everything below its thing's name (jitr_stack/device_access.py)."""


def refused_connection(facts: Facts) -> Iterator[Finding]:
    """Find out why the policies refuse the connection, or the device's own topics after it."""
    if isinstance(facts.policies, Unread) or facts.certificate_id is None:
        return
    if not facts.policies and not isinstance(facts.thing, Unread):
        yield _no_policy(facts)
    elif facts.client_id is not None and not _unseen(facts):
        yield from _evaluated(facts, facts.client_id, facts.policies)


def _unseen(facts: Facts) -> bool:
    """Tell whether what policies ask about the thing, and the policies of its groups, could not be read."""
    return isinstance(facts.attached, Unread) or isinstance(facts.thing, Unread)


def unclear_policies(facts: Facts) -> tuple[str, ...]:
    """Name the policies that may decide about the connection and are not understood here."""
    policies, client_id = facts.policies, facts.client_id
    if isinstance(policies, Unread) or client_id is None:
        return ()
    verdict = connect(facts, policies, connection_of(facts, client_id))
    return verdict.unclear if verdict.allowed is Holds.UNKNOWN else ()


def connect(facts: Facts, policies: Sequence[HeldPolicy], connection: Connection) -> Verdict:
    """Evaluate the connection itself; a thing group's policies count for a connection as its thing only."""
    return _evaluate(facts, policies, "iot:Connect", f"client/{connection.client_id}", connection)


def connection_of(facts: Facts, client_id: str) -> Connection:
    """Give the connection as AWS IoT sees it.

    The thing is the one that the certificate is attached to exclusively, else the one that is named as the
    client id, if the certificate is attached to it (developer guide, "Thing policy variables").
    """
    attached = known(facts.attached) or ()
    exclusive = next((each.thing for each in attached if each.exclusive), None)
    named = next((each.thing for each in attached if each.thing == client_id), None)
    return _connection(facts, client_id, exclusive or named)


def _connection(facts: Facts, client_id: str, name: str | None) -> Connection:
    thing = known(facts.thing)
    described = thing if thing is not None and thing.name == name else None
    leaf = facts.leaf
    return Connection(
        client_id,
        thing=name,
        thing_type=described.type if described else None,
        attributes=described.attributes if described else {},
        subject=leaf.fields if leaf else {},
        issuer=leaf.issuer_fields if leaf else {},
    )


def _evaluate(
    facts: Facts, policies: Sequence[HeldPolicy], action: str, resource: str, connection: Connection
) -> Verdict:
    counting = [policy for policy in policies if connection.thing or policy.through_group is None]
    documents = [read_document(policy.name, policy.document) for policy in counting]
    return evaluate(documents, action, facts.place.arn(resource), connection)


def _evaluated(facts: Facts, client_id: str, policies: Sequence[HeldPolicy]) -> Iterator[Finding]:
    connection = connection_of(facts, client_id)
    verdict = connect(facts, policies, connection)
    if verdict.allowed is Holds.YES:
        yield from _own_topics(facts, policies, connection)
        yield from _another_client_id(facts)
    elif verdict.allowed is Holds.NO:
        yield from _not_allowed(facts, client_id, policies, verdict)


def _not_allowed(
    facts: Facts, client_id: str, policies: Sequence[HeldPolicy], verdict: Verdict
) -> Iterator[Finding]:
    """Say why a connection is refused, unless what is wrong with the thing is the reason."""
    name = facts.thing_name or client_id
    as_itself = connect(facts, policies, _connection(facts, name, name))
    if verdict.denying:
        yield _denied(facts, client_id, policies, verdict.denying)
    elif as_itself.allowed is Holds.YES and client_id != name:
        yield Finding(
            Cause.CLIENT_ID,
            f"The client id {client_id} is not the name of the device's thing, {name}: its policy lets it "
            f"connect as {name} alone.",
            advice=f"Let the device connect with the client id {name}.",
        )
    elif as_itself.allowed is Holds.NO or not any(wrong_thing(facts)):
        yield _no_connect(facts, client_id, policies)


def _another_client_id(facts: Facts) -> Iterator[Finding]:
    """Find out from AWS IoT's own log that the device connects with another client id."""
    last = (known(facts.refusals) or (None,))[-1]
    if last is None or facts.question.client_id or not facts.thing_name:
        return
    if last.client_id and last.client_id != facts.thing_name:
        yield Finding(
            Cause.CLIENT_ID,
            f"AWS IoT refused a connection with the client id {last.client_id} ({last.reason}), which is not "
            f"the name of the device's thing, {facts.thing_name}.",
            since=last.at,
            advice=f"Let the device connect with the client id {facts.thing_name}.",
        )


def _no_policy(facts: Facts) -> Finding:
    return Finding(
        Cause.NO_POLICY,
        "The certificate has no policy, neither itself nor through a thing group: AWS IoT refuses it all.",
        mend=_attached(facts),
    )


def _no_connect(facts: Facts, client_id: str, policies: Sequence[HeldPolicy]) -> Finding:
    names = ", ".join(dict.fromkeys(policy.name for policy in policies))
    held = facts.device_policy in {policy.name for policy in policies}
    return Finding(
        Cause.NO_CONNECT,
        f"No policy of the certificate allows iot:Connect as {client_id}; it has {names}.",
        advice="The environment's own policy was changed: make an earlier VERSION the default."
        if held
        else None,
        mend=_earlier_version(facts) if held else _attached(facts),
    )


def _denied(facts: Facts, client_id: str, policies: Sequence[HeldPolicy], denying: Sequence[str]) -> Finding:
    commands = Commands(facts.place)
    holding = [policy for policy in policies if policy.name in denying]
    said = ", ".join(
        f"{policy.name} of thing group {policy.through_group}" if policy.through_group else policy.name
        for policy in holding
    )
    return Finding(
        Cause.DENIED,
        f"A policy denies iot:Connect as {client_id}: {said}.",
        advice="If that is not meant:",
        mend=tuple(
            commands.aws("iot detach-policy", policy_name=policy.name, target=policy.target)
            for policy in holding
        ),
    )


def _own_topics(facts: Facts, policies: Sequence[HeldPolicy], connection: Connection) -> Iterator[Finding]:
    refused = [
        action
        for action, resource in OWN_TOPICS
        if _evaluate(facts, policies, action, resource.format(connection.client_id), connection).allowed
        is Holds.NO
    ]
    if refused:
        held = facts.device_policy in {policy.name for policy in policies}
        yield Finding(
            Cause.NO_OWN_TOPICS,
            f"The device may connect, but not use its own topics ({connection.client_id}/…): no policy "
            f"allows {', '.join(refused)} there.",
            mend=_earlier_version(facts) if held else _attached(facts),
        )


def _attached(facts: Facts) -> tuple[str, ...]:
    if facts.device_policy is None or facts.certificate_id is None:
        return ()
    return (Commands(facts.place).attach_policy(facts.device_policy, facts.certificate_id),)


def _earlier_version(facts: Facts) -> tuple[str, ...]:
    commands, name = Commands(facts.place), str(facts.device_policy)
    return (
        commands.aws("iot list-policy-versions", policy_name=name),
        commands.aws("iot set-default-policy-version", "--policy-version-id VERSION", policy_name=name),
    )
