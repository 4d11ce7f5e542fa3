"""Dead letters sent back or buried: the chosen ones, and none is ever lost."""

from typing import Any

import pytest

from jitr.failure import BadUseError
from jitr.redrive.run import Redrive, Wanted, run
from registration.refusal import Reason
from tests.unit.redrive.dead_letters import ID, OTHER, Queues, event, of_the_rule
from tests.unit.registration.boundary import Killed


def redrive(**wanted: Any) -> Redrive:
    """Run the redrive without being asked."""
    chosen = {name: frozenset(value) if isinstance(value, set) else value for name, value in wanted.items()}
    return run("test", Wanted(**chosen), yes=True, show=False)


def test_letters_go_back_into_the_registration_queue(queues: Queues) -> None:
    queues.bury("InvalidRecord")

    done = redrive()

    assert len(done.sent) == 1
    assert queues.waiting(queues.registration) == [event()]
    assert queues.waiting(queues.dead) == []


def test_the_event_of_a_rule_goes_back_as_aws_sent_it(queues: Queues) -> None:
    queues.drop(of_the_rule(event()))

    redrive()

    assert queues.waiting(queues.registration) == [event()]


def test_what_can_never_succeed_stays(queues: Queues) -> None:
    queues.bury(Reason.MALFORMED, "poison")
    queues.bury("ThrottlingException")

    done = redrive()

    assert done.fields()["left"] == 1
    assert queues.waiting(queues.dead) == ["poison"]


def test_what_can_never_succeed_goes_back_if_its_reason_is_named(queues: Queues) -> None:
    queues.bury(Reason.WRONG_CA)

    redrive(reasons={"wrong_ca"})

    assert queues.waiting(queues.registration) == [event()]


def test_a_certificate_chooses_its_letters(queues: Queues) -> None:
    queues.bury("InvalidRecord", event(ID))
    queues.bury("InvalidRecord", event(OTHER))

    redrive(certificates={OTHER})

    assert queues.waiting(queues.registration) == [event(OTHER)]
    assert queues.waiting(queues.dead) == [event(ID)]


def test_a_look_changes_nothing_and_hides_nothing(queues: Queues) -> None:
    queues.bury("InvalidRecord")

    done = redrive(dry_run=True)

    assert len(done.chosen) == 1
    assert queues.waiting(queues.dead) == [event()]
    assert queues.waiting(queues.registration) == []


def test_an_unanswered_question_changes_nothing_and_hides_nothing(queues: Queues) -> None:
    queues.bury("InvalidRecord")

    with pytest.raises(BadUseError, match="give --yes"):
        run("test", Wanted(), yes=False, show=False)
    assert queues.waiting(queues.dead) == [event()]


def test_a_stop_between_sending_and_deleting_loses_nothing(queues: Queues) -> None:
    queues.bury("InvalidRecord")
    queues.dies_before("DeleteMessageBatch")

    with pytest.raises(Killed):
        redrive()

    assert queues.waiting(queues.registration) == [event()]
    assert queues.waiting(queues.dead) == [event()]


def test_a_stop_before_sending_loses_nothing(queues: Queues) -> None:
    queues.bury("InvalidRecord")
    queues.dies_before("SendMessageBatch")

    with pytest.raises(Killed):
        redrive()

    assert queues.waiting(queues.dead) == [event()]


def test_a_letter_that_the_queue_does_not_take_stays(queues: Queues) -> None:
    queues.bury("InvalidRecord", event(ID))
    queues.answers("SendMessageBatch", refuse_all)

    done = redrive()

    assert [said for _, said in done.refused] == ["no room"]
    assert queues.waiting(queues.dead) == [event(ID)]


def test_a_letter_that_was_sent_and_could_not_be_deleted_is_named(queues: Queues) -> None:
    queues.bury("InvalidRecord", event(ID))
    queues.answers("DeleteMessageBatch", refuse_all)

    done = redrive()

    assert ([said for _, said in done.refused], done.sent) == (["no room"], [])
    assert done.fields()["left"] == 1


def test_burying_for_good_needs_a_choice() -> None:
    with pytest.raises(BadUseError, match="--delete: say which"):
        Wanted(delete=True)


def test_the_chosen_are_buried_for_good(queues: Queues) -> None:
    queues.bury(Reason.MALFORMED, "poison")
    queues.bury("InvalidRecord")

    done = redrive(reasons={"malformed"}, delete=True)

    assert len(done.deleted) == 1
    assert queues.waiting(queues.dead) == [event()]
    assert queues.waiting(queues.registration) == []


def test_a_letter_of_a_certificate_is_buried_whatever_its_reason(queues: Queues) -> None:
    queues.bury(Reason.WRONG_CA, event(OTHER))

    redrive(certificates={OTHER}, delete=True)

    assert queues.waiting(queues.dead) == []


def test_hundreds_go_ten_at_a_time(queues: Queues) -> None:
    bodies = sorted(event(f"{number:064x}") for number in range(37))
    for body in bodies:
        queues.bury("InvalidRecord", body)

    redrive()

    assert queues.waiting(queues.registration) == bodies


def test_letters_that_another_has_are_told(queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    queues.bury("InvalidRecord")
    queues.waiting(queues.dead)  # takes them

    run("test", Wanted(dry_run=True), yes=True, show=True)

    said = capsys.readouterr().err
    assert said.startswith("1 letters are hidden: another such command has them")
    assert "empty" not in said


def test_an_empty_queue_is_said_to_be_empty(queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    run("test", Wanted(), yes=True, show=True)

    assert capsys.readouterr().err == "the dead-letter queue is empty\n"


def test_people_see_groups_with_what_will_be_done(queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    queues.bury(Reason.MALFORMED, "poison", problem="no \x1b[31m JSON")
    queues.bury("InvalidRecord", event(ID))
    queues.bury("InvalidRecord", event(OTHER))

    run("test", Wanted(dry_run=True), yes=True, show=True)

    invalid, malformed, *_ = capsys.readouterr().out.splitlines()[1:]
    assert invalid.split()[:3] == ["InvalidRecord", "2", "2"]
    assert "2 chosen" in invalid
    assert "stays" in malformed
    assert "\x1b" not in malformed


def refuse_all(answer: dict[str, Any]) -> None:
    """Let SQS say that it took none."""
    answer["Failed"] = [
        {"Id": each["Id"], "Message": "no room", "SenderFault": False} for each in answer.pop("Successful")
    ]
