"""Queue, event source mapping and function: what takes the event from the queue and acts on it."""

from collections.abc import Iterator
from datetime import datetime

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Authority, Facts
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.permissions import granted_again
from jitr.diagnosis.rules.authority import AGAIN
from jitr.diagnosis.way import Consumer, Function, Queue

WORKING = frozenset({"Enabled", "Enabling", "Creating", "Updating"})
"""States of an event source mapping that works, or soon does (Lambda, GetEventSourceMapping)."""
PROBLEM = "PROBLEM"


def stuck_queue(facts: Facts) -> Iterator[Finding]:
    """Find out why nothing leaves the queue."""
    queue, consumer = facts.way.queue, facts.way.consumer
    if queue is None:
        yield Finding(
            Cause.QUEUE_MISSING,
            "The registration queue is not there: it was deleted, or the environment is not deployed.",
            advice="A deploy makes no new one while CloudFormation believes in the old; make a queue of its "
            "name, or destroy the stack and deploy it anew.",
            mend=(Commands(facts.place).deploy,),
        )
        return
    if isinstance(queue, Unread) or isinstance(consumer, Unread):
        return
    if consumer is None:
        yield _no_consumer(facts, queue)
    elif consumer.state not in WORKING:
        yield _disabled(facts, queue, consumer)
    elif (consumer.result or "").startswith(PROBLEM):
        yield Finding(
            Cause.CONSUMER_FAILS,
            f"Lambda cannot take messages from the registration queue: {consumer.result}",
            since=consumer.changed,
            advice="Look at the function's role and at the queue's policy.",
            mend=(Commands(facts.place).aws("lambda get-event-source-mapping", uuid=consumer.id),),
        )


def idle_function(facts: Facts) -> Iterator[Finding]:
    """Find a function that cannot run, or may not do what a registration takes."""
    function = facts.way.function
    if function is None:
        yield Finding(
            Cause.FUNCTION_MISSING,
            "The registration function is not there: it was deleted, or the environment is not deployed.",
            mend=(Commands(facts.place).deploy,),
        )
        return
    if isinstance(function, Unread):
        return
    if function.reserved == 0 or function.state not in {"Active", "Pending"}:
        yield _switched_off(facts, function)
    yield from _stranger(facts, function)
    if denials := known(facts.way.denials):
        actions = ", ".join(dict.fromkeys(denial.action for denial in denials))
        forbidden = " (a policy denies it)" if any(denial.explicit for denial in denials) else ""
        yield Finding(
            Cause.FUNCTION_NOT_PERMITTED,
            f"The registration function may not do all that a registration takes: its role is not allowed "
            f"{actions}{forbidden}.",
            since=_denied_since(facts),
            advice="If that is not meant, delete the POLICY that denies it." if forbidden else None,
            mend=granted_again(denials, function.role, Commands(facts.place)),
        )


def _no_consumer(facts: Facts, queue: Queue) -> Finding:
    commands, function = Commands(facts.place), facts.way.function
    mend: tuple[str, ...] = (commands.deploy,)
    if isinstance(function, Function) and facts.capacity:
        again = commands.aws(
            "lambda create-event-source-mapping",
            "--function-response-types ReportBatchItemFailures",
            f"--scaling-config MaximumConcurrency={facts.capacity.concurrency}",
            function_name=function.name,
            event_source_arn=queue.arn,
            batch_size=str(facts.capacity.batch),
        )
        mend = (again,)
    return Finding(
        Cause.CONSUMER_MISSING,
        f"Nothing takes messages from the registration queue: its event source mapping is gone. "
        f"{_waiting(queue)}",
        mend=mend,
    )


def _disabled(facts: Facts, queue: Queue, consumer: Consumer) -> Finding:
    enabled = Commands(facts.place).aws("lambda update-event-source-mapping", "--enabled", uuid=consumer.id)
    return Finding(
        Cause.CONSUMER_DISABLED,
        f"The registration queue is stuck: the event source mapping that feeds the function is "
        f"{consumer.state}. {_waiting(queue)}",
        since=consumer.changed,
        mend=(enabled,),
    )


def _waiting(queue: Queue) -> str:
    messages = "message waits" if queue.messages == 1 else "messages wait"
    return f"About {queue.messages} {messages} in it."


def _switched_off(facts: Facts, function: Function) -> Finding:
    commands = Commands(facts.place)
    if function.reserved == 0:
        return Finding(
            Cause.FUNCTION_OFF,
            "The registration function is switched off: its reserved concurrency is 0.",
            mend=(commands.aws("lambda delete-function-concurrency", function_name=function.name),),
        )
    why = f" ({function.state_reason})" if function.state_reason else ""
    return Finding(
        Cause.FUNCTION_OFF,
        f"The registration function cannot run: its state is {function.state}{why}.",
        mend=(commands.aws("lambda get-function", function_name=function.name), commands.deploy),
    )


def _stranger(facts: Facts, function: Function) -> Iterator[Finding]:
    authority = facts.authority
    if not isinstance(authority, Authority) or authority.id is None or not function.authorities:
        return
    if authority.id not in function.authorities and authority.name is not None:
        yield Finding(
            Cause.FUNCTION_OF_OTHERS,
            f"The registration function does not know {authority.said}: it was deployed without it, and "
            "buries its events.",
            advice=AGAIN,
            mend=(Commands(facts.place).deploy,),
        )


def _denied_since(facts: Facts) -> datetime | None:
    lines = known(facts.log) or ()
    return min((line.at for line in lines if is_denial(line.reason)), default=None)


def is_denial(reason: str | None) -> bool:
    """Tell whether a reason that the function logged is AWS's refusal of a call."""
    return any(word in (reason or "") for word in ("AccessDenied", "Unauthorized", "NotAuthorized"))
