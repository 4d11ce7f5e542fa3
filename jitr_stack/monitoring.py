"""Monitoring: the alarms of an environment, which tell a topic that is there already."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract import stack_name
from jitr_stack.function import RuntimeFunction
from jitr_stack.registration import Registration
from jitr_stack.settings import Settings
from jitr_stack.watches import Watch, watches


def alarm_name(environment: str, watch: str) -> str:
    """Give the name of an alarm, by which a pipeline finds it: `prod-jitr-dead-letters`."""
    return f"{stack_name(environment)}-{watch}"


class Monitoring(Construct):
    """The alarms; none where the environment has them switched off (`alarms.enabled`).

    Attributes:
        alarms: by their full names.
        by_a_deploy: names of those that a deploy may have set off.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        registration: Registration,
        functions: Sequence[RuntimeFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = self._existing(settings)
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        self.by_a_deploy: list[str] = []
        if settings.alarms.enabled:
            for watch in watches(settings, registration, functions):
                name = alarm_name(settings.name, watch.name)
                self.alarms[name] = self._alarm(name, watch)
                if watch.by_a_deploy:
                    self.by_a_deploy.append(name)

    def _existing(self, settings: Settings) -> sns.ITopic | None:
        arn = settings.alarms.topic
        return None if arn is None else sns.Topic.from_topic_arn(self, "Topic", arn)

    def _alarm(self, name: str, watch: Watch) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            watch.name,
            alarm_name=name,
            alarm_description=watch.description,
            metric=watch.metric,
            threshold=watch.threshold,
            evaluation_periods=watch.periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=watch.missing,
        )
        if self._topic is not None:
            told = actions.SnsAction(self._topic)
            alarm.add_alarm_action(told)
            alarm.add_ok_action(told)
        return alarm
