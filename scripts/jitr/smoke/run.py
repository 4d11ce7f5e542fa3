"""The smoke test from its beginning to its end."""

from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from jitr.aws_errors import explained
from jitr.devices.desk import Desk, desk
from jitr.diagnosis.diagnosis import diagnose
from jitr.diagnosis.facts import Kind, Question
from jitr.diagnosis.reading.gathering import gather
from jitr.doctor import view
from jitr.doctor.checks import CHECKS
from jitr.doctor.examination import examine
from jitr.doctor.site import Site
from jitr.failure import FailureError
from jitr.interruption import interruptible
from jitr.smoke.result import Result
from jitr.smoke.revocation import refused_since
from jitr.smoke.visitor import Visitor, visitor
from jitr.trial import device_run
from jitr.trial.timeline import Timeline

RECENT = timedelta(hours=1)
"""How far back the logs are read for what kept the device out."""


def run(environment: str, timeline: Timeline, patience: float) -> Result:
    """Look at the environment as the doctor does, and let one device come in and go.

    Args:
        environment: its name.
        timeline: where it is shown.
        patience: seconds until the device must be let in, and until it must be out again.

    Returns:
        What was found; `problem` says what was not as it must be.

    Raises:
        KeyboardInterrupt: somebody stopped it; the device is gone.
    """
    result = Result(environment)
    with interruptible():
        try:
            _examine(result, timeline)
            _try_a_device(result, desk(environment), timeline, patience)
        except (FailureError, ClientError, BotoCoreError) as error:
            result.problem = _said(error)
    return result


def _said(error: Exception) -> str:
    """Say in one line what went wrong, and what had gone wrong before where clearing up failed, too."""
    said = " ".join(str(error).split()) if isinstance(error, FailureError) else explained(error)
    before = None if error.__suppress_context__ else error.__context__
    return f"{said}; before that: {_said(before)}" if isinstance(before, FailureError) else said


def _examine(result: Result, timeline: Timeline) -> None:
    with timeline.step("jitr doctor", "looking at machine, account and stack") as step:
        with Site(result.environment) as site:
            result.examined = examine(site, CHECKS)
        if wrong := result.not_in_order():
            raise FailureError("; ".join(wrong))
        step.outcome = view.summary(result.examined)


def _try_a_device(result: Result, at: Desk, timeline: Timeline, patience: float) -> None:
    with visitor(at, timeline) as guest:
        result.taken_back = guest.taken_back
        guest.leaving.connected = True
        try:
            result.evidence = device_run.run(
                guest.device, at.target.iot, guest.certificate_id, timeline, patience
            )
        except FailureError as error:
            raise FailureError("; ".join((str(error), *_in_the_way(at, guest)))) from None
        if wrong := result.evidence.unexpected(over_https=guest.device.over_https):
            raise FailureError("; ".join(wrong))
        guest.taken_back.extend(guest.leaving.revoke())
        result.after_revocation = refused_since(guest.device, timeline, patience)


def _in_the_way(at: Desk, guest: Visitor) -> list[str]:
    """Ask what keeps the device out, while it is there to be asked about."""
    question = Question(Kind.CERTIFICATE, guest.certificate_id, guest.device.thing_name)
    return [finding.says for finding in diagnose(gather(at.target, question, None, RECENT)).findings]
