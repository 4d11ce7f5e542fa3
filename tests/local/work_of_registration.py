"""What the role RegistrationRegistrarRole is for: devices let in, kept out, and put off."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fleet import Identity, awaited
from work_of_issuance import a_name
from workplace import Workplace, must

from contract import Output
from records.claims import Answer, Claims

FUNCTION = "RegistrationRegistrarFunction"
Outcome = dict[str, Any]
Message = dict[str, Any]


def devices_are_registered(place: Workplace) -> None:
    """Do all that comes up in a fleet's life.

    Raises:
        Broken: something could not be done.
    """
    before = len(place.said(FUNCTION))
    a_device_is_let_in(place)
    one_is_let_in_whose_thing_is_there(place)
    one_of_the_factorys_is_let_in(place)
    a_second_certificate_replaces_the_first(place)
    two_come_at_once(place)
    one_is_refused(place)
    one_is_put_off(place)
    what_is_no_event_is_buried(place)
    no_side_work_failed(place, before)


def a_device_is_let_in(place: Workplace) -> None:
    """With thing type, group, the owner's word, and an announcement."""
    registered(place, place.fleet.device(a_name()))


def one_is_let_in_whose_thing_is_there(place: Workplace) -> None:
    """As another thing than is asked for, which the environment adopts."""
    thing = a_name()
    place.fleet.client("iot").create_thing(
        thingName=thing, thingTypeName="pared", attributePayload={"attributes": {"site": "Santa-Barbara"}}
    )
    registered(place, place.fleet.device(thing))


def one_of_the_factorys_is_let_in(place: Workplace) -> None:
    """It has no record yet."""
    registered(place, place.factory.device(place.fleet, a_name()))


def a_second_certificate_replaces_the_first(place: Workplace) -> None:
    """The first is switched off."""
    thing = a_name()
    first, second = place.fleet.device(thing), place.fleet.device(thing)
    registered(place, first)
    registered(place, second)
    must(place.fleet.status(first) == "INACTIVE", f"{first.id} is still in")


def two_come_at_once(place: Workplace) -> None:
    """In one batch."""
    two = [place.fleet.device(a_name()), place.fleet.device(a_name())]
    for outcome in told(place, *(announced(place, device) for device in two)):
        must(outcome["Outcome"] == "registered", outcome)


def one_is_refused(place: Workplace) -> None:
    """By the owner, and its certificate is switched off."""
    device = place.fleet.device(f"refuse-{a_name()}")
    (outcome,) = told(place, announced(place, device))
    must(outcome.get("certificate") == "INACTIVE", outcome)


def one_is_put_off(place: Workplace) -> None:
    """Another run is at work on it."""
    device = place.fleet.device(a_name())
    claims = Claims(place.fleet.client("dynamodb"), place.fleet.outputs[Output.ISSUANCE_RECORDS])
    until = datetime.now(UTC) + timedelta(minutes=5)
    assert claims.claim(place.fleet.record(device), until) is Answer.GRANTED
    (outcome,) = told(place, announced(place, device))
    must(outcome["Outcome"] == "retried" and outcome["Reason"] == "claimed", outcome)


def what_is_no_event_is_buried(place: Workplace) -> None:
    """With its reason, for a person to look at."""
    place.fleet.deliver("poison")
    (outcome,) = told(place, received(place))
    must(outcome.get("dead_letter") == "yes", outcome)
    sqs, letters = place.fleet.client("sqs"), place.fleet.outputs[Output.DEAD_LETTER_QUEUE]
    (letter,) = awaited(lambda: sqs.receive_message(QueueUrl=letters).get("Messages"))
    sqs.delete_message(QueueUrl=letters, ReceiptHandle=letter["ReceiptHandle"])


def no_side_work_failed(place: Workplace, before: int) -> None:
    """No message could not be hidden, and no outcome not be announced: nobody but the log hears of it."""
    lines = place.said(FUNCTION)[before:]
    failed = [line for line in lines if '"Outcome": "failed"' in line]
    must(not failed, failed)


def registered(place: Workplace, device: Identity) -> None:
    """See a device come in."""
    (outcome,) = told(place, announced(place, device))
    must(outcome["Outcome"] == "registered", outcome)


def announced(place: Workplace, device: Identity) -> Message:
    """Let a device knock; give the message that AWS IoT's rule puts into the queue."""
    assert device.connect() is None
    return received(place)


def received(place: Workplace) -> Message:
    """Take the next message out of the queue."""
    sqs, queue = place.fleet.client("sqs"), place.fleet.outputs[Output.REGISTRATION_QUEUE]
    (message,) = awaited(lambda: sqs.receive_message(QueueUrl=queue, AttributeNames=["All"]).get("Messages"))
    return message


def told(place: Workplace, *messages: Message) -> list[Outcome]:
    """Hand messages to the function, as Lambda's poller does; give what it logged of each."""
    try:
        place.call(FUNCTION, {"Records": [as_delivered(message) for message in messages]})
    finally:
        for message in messages:
            place.fleet.client("sqs").delete_message(
                QueueUrl=place.fleet.outputs[Output.REGISTRATION_QUEUE],
                ReceiptHandle=message["ReceiptHandle"],
            )
    return [place.fleet.outcome(message["MessageId"]) for message in messages]


def as_delivered(message: Message) -> dict[str, object]:
    """A message as a function gets it (Lambda developer guide, "Using Lambda with Amazon SQS")."""
    names = {"messageId": "MessageId", "receiptHandle": "ReceiptHandle", "body": "Body"}
    return {ours: message[theirs] for ours, theirs in names.items()} | {"attributes": message["Attributes"]}
