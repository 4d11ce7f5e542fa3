"""What a dead letter tells, whoever sent it there."""

import pytest

from jitr.redrive.letter import Letter
from registration.refusal import Reason
from tests.unit.redrive.dead_letters import ID, Queues, event, of_the_rule


def only(queues: Queues) -> Letter:
    """The one letter."""
    (letter,) = queues.code.letters(10)
    return letter


def test_one_that_the_function_buried_tells_reason_problem_and_certificate(queues: Queues) -> None:
    queues.bury("InvalidRecord", problem="serial is None")

    letter = only(queues)

    assert (letter.reason, letter.problem, letter.certificate_id) == ("InvalidRecord", "serial is None", ID)
    assert letter.body == event()
    assert letter.since.year > 2000


def test_one_that_sqs_gave_up_names_its_certificate(queues: Queues) -> None:
    queues.drop(event())

    letter = only(queues)

    assert (letter.reason, letter.certificate_id, letter.hopeless) == ("undelivered", ID, False)


def test_one_of_the_topic_rule_holds_the_event_itself(queues: Queues) -> None:
    queues.drop(of_the_rule(event(), "not authorized"))

    letter = only(queues)

    assert (letter.reason, letter.problem) == ("rule_action_failed", "not authorized")
    assert (letter.body, letter.certificate_id) == (event(), ID)


@pytest.mark.parametrize(
    "body",
    [
        "who knows",
        "[]",
        "{}",
        '{"certificateId": 1}',
        "[" * 5000,
    ],
)
def test_what_is_no_event_is_malformed(queues: Queues, body: str) -> None:
    queues.drop(body)

    letter = only(queues)

    assert (letter.reason, letter.certificate_id, letter.hopeless) == ("malformed", None, True)


@pytest.mark.parametrize("payload", ["no base64!", "/w=="])
def test_a_rule_whose_payload_cannot_be_read_is_no_reason_to_stop(queues: Queues, payload: str) -> None:
    queues.drop(f'{{"base64OriginalPayload": "{payload}", "failures": "none"}}')

    letter = only(queues)

    assert (letter.reason, letter.problem, letter.body) == ("rule_action_failed", "unknown", payload)


@pytest.mark.parametrize("reason", [Reason.MALFORMED, Reason.WRONG_ACCOUNT, Reason.WRONG_CA])
def test_another_delivery_helps_no_message_that_is_not_ours(queues: Queues, reason: Reason) -> None:
    queues.bury(reason)

    assert only(queues).hopeless


def test_each_letter_is_given_once(queues: Queues) -> None:
    for number in range(25):
        queues.drop(event(f"{number:064x}"))

    letters = list(queues.code.letters(100))

    assert len({letter.certificate_id for letter in letters}) == len(letters) == 25


def test_no_more_are_taken_than_were_asked_for(queues: Queues) -> None:
    for number in range(25):
        queues.drop(event(f"{number:064x}"))

    assert len(list(queues.code.letters(12))) == 12
