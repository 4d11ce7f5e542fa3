"""What waits in the registration queue, and what ended in its dead-letter queue."""

from collections.abc import Iterator
from typing import Final

from contract import Output
from jitr.doctor.check import Finding, ok, warning
from jitr.doctor.site import Site

WAITING: Final = "ApproximateNumberOfMessages"
UNDER_WAY: Final = "ApproximateNumberOfMessagesNotVisible"


def queue(site: Site) -> Iterator[Finding]:
    """Count the devices that wait to be registered."""
    count = _counted(site, Output.REGISTRATION_QUEUE)
    yield ok(f"{count[WAITING]:,} waiting, {count[UNDER_WAY]:,} under way or to come again")


def dead_letters(site: Site) -> Iterator[Finding]:
    """Count the messages that could not be handled."""
    count = sum(_counted(site, Output.DEAD_LETTER_QUEUE).values())
    if count:
        yield warning(
            f"{count:,} message{'s' if count > 1 else ''} could not be handled",
            f"`jitr redrive -e {site.environment}` shows each with its reason",
        )
    else:
        yield ok("none")


def _counted(site: Site, output: Output) -> dict[str, int]:
    answer = site.target.session.client("sqs").get_queue_attributes(
        QueueUrl=site.outputs[output], AttributeNames=[WAITING, UNDER_WAY]
    )
    return {name: int(value) for name, value in answer["Attributes"].items()}
