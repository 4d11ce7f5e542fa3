"""What is watched in an environment, from where on it is wrong, and what its operator does then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from contract import METRIC_NAMESPACE
from jitr_stack.function import RuntimeFunction
from jitr_stack.registration import Registration
from jitr_stack.settings import Settings

PERIOD = cdk.Duration.minutes(5)
MOST_PERIODS = 288
"""A day: CloudWatch looks back no further in periods of less than an hour (PutMetricAlarm, Period)."""
PATIENCE = 60
"""Minutes. What is wrong at AWS for less than an hour mends itself: messages come again after 15 minutes."""


@dataclass(frozen=True)
class Watch:
    """One alarm, in the operator's words."""

    name: str
    """Of the alarm, within its environment."""
    section: str
    """Of docs/runbook.md."""
    metric: cloudwatch.IMetric
    threshold: float
    """From which on it goes off."""
    means: str
    run: str
    """The command to run next."""
    periods: int = 1
    """In how many periods on end."""
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    """Queues and functions without work report nothing, and outcomes are counted when there are any."""
    by_a_deploy: bool = False
    """Whether a deploy may well be what set it off: on these the pipeline goes back. What devices do, or
    somebody with a stolen key, shall take no deploy back."""

    @property
    def description(self) -> str:
        """What the alarm says of itself."""
        return f"{self.means} Next: `{self.run}`. More: docs/runbook.md, {self.section}."


def watches(
    settings: Settings, registration: Registration, functions: Sequence[RuntimeFunction]
) -> Iterator[Watch]:
    """Give everything that an environment's alarms watch."""
    yield _dead_letters(settings, registration)
    yield _waiting(settings, registration)
    yield _retrying(settings, registration)
    yield _unissued(settings)
    for function in functions:
        yield _errors(settings, function)
        yield _throttles(settings, function)


def _dead_letters(settings: Settings, registration: Registration) -> Watch:
    return Watch(
        name="dead-letters",
        section="dead-letters",
        metric=registration.dead_letters.metric_approximate_number_of_messages_visible(
            period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
        ),
        threshold=settings.alarms.dead_letters,
        means="Messages that registration gave up: their devices stay out until somebody looks.",
        run=f"jitr redrive -e {settings.name} --dry-run",
        # SQS reports of a queue only while it is active, as one that nobody reads seldom is (SQS developer
        # guide, "Available CloudWatch metrics for Amazon SQS"): the alarm stays as it is until there is news.
        missing=cloudwatch.TreatMissingData.IGNORE,
    )


def _waiting(settings: Settings, registration: Registration) -> Watch:
    minutes = _longest_wait(settings)
    return Watch(
        name="waiting",
        section="waiting",
        metric=registration.queue.metric_approximate_age_of_oldest_message(
            period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
        ),
        threshold=minutes * 60,
        means=f"A device waits for more than {minutes} minutes: nothing takes its message from the queue.",
        run=f"jitr doctor -e {settings.name}",
    )


def _retrying(settings: Settings, registration: Registration) -> Watch:
    """Watch what `waiting` does not see: SQS leaves out of the age what was received three times.

    SQS developer guide, "Available CloudWatch metrics for Amazon SQS" (ApproximateAgeOfOldestMessage).
    """
    periods = min(MOST_PERIODS, ceil(_longest_wait(settings) / PERIOD.to_minutes()))
    return Watch(
        name="retrying",
        section="retrying",
        metric=registration.queue.metric_approximate_number_of_messages_not_visible(
            period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
        ),
        threshold=1,
        periods=periods,
        means=f"For {periods * PERIOD.to_minutes():g} minutes on end there were devices under way: "
        "registration takes their messages and puts them back.",
        run=f"jitr doctor -e {settings.name}",
    )


def _unissued(settings: Settings) -> Watch:
    dimensions = {
        "Environment": settings.name,
        "Operation": "registration",
        "Outcome": "refused",
        "Reason": "unissued",
    }
    return Watch(
        name="unissued",
        section="unissued",
        metric=cloudwatch.Metric(
            namespace=METRIC_NAMESPACE,
            metric_name="Count",
            dimensions_map=dimensions,
            period=PERIOD,
            statistic=cloudwatch.Stats.SUM,
        ),
        threshold=settings.alarms.unissued,
        means="Devices were refused whose certificates an authority's key signed and nobody issued: that key "
        "may be stolen, or a factory's certificates were not imported. The function's log names them.",
        run=f"jitr why -e {settings.name} CERTIFICATE-ID",
    )


def _errors(settings: Settings, function: RuntimeFunction) -> Watch:
    return Watch(
        name=f"{_name(function)}-errors",
        section="errors",
        metric=function.function.metric_errors(period=PERIOD, statistic=cloudwatch.Stats.SUM),
        threshold=settings.alarms.errors,
        means=f"The function {_name(function)} ends in errors.",
        by_a_deploy=True,
        run=f"jitr doctor -e {settings.name}",
    )


def _throttles(settings: Settings, function: RuntimeFunction) -> Watch:
    return Watch(
        name=f"{_name(function)}-throttles",
        section="throttles",
        metric=function.function.metric_throttles(period=PERIOD, statistic=cloudwatch.Stats.SUM),
        threshold=settings.alarms.throttles,
        means=f"Lambda does not run the function {_name(function)}: the account's concurrency is used up.",
        by_a_deploy=True,
        run=f"jitr doctor -e {settings.name}",
    )


def _name(function: RuntimeFunction) -> str:
    return function.parts[0].replace("_", "-")


def _longest_wait(settings: Settings) -> int:
    """Give the minutes that a device may wait."""
    given = settings.alarms.longest_wait_minutes
    return given if given is not None else max(PATIENCE, ceil(settings.capacity.drain / 60))
