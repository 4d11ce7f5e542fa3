"""Rollback: a stage of the pipeline that fails, or after which an alarm goes off, is run again as it was.

CDK Pipelines makes the stages itself and offers no conditions for them, so they are written into the
finished resource. When a rule of a condition fails, its result is engaged (CodePipeline user guide, "How do
stage conditions work?" and rule reference, "CloudWatchAlarm").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from aws_cdk import aws_codepipeline as codepipeline


@dataclass(frozen=True)
class Watch:
    """An alarm, the role that may read it, and how many minutes it is given to be over."""

    environment: str
    alarm: str
    role: str
    region: str
    minutes: int

    def rule(self) -> dict[str, object]:
        """Give the rule that the alarm is off."""
        return {
            "Name": f"alarm-{self.environment}",
            "RuleTypeId": {
                "Category": "Rule",
                "Owner": "AWS",
                "Provider": "CloudWatchAlarm",
                "Version": "1",
            },
            "Configuration": {
                "AlarmName": self.alarm,
                "AlarmStates": "ALARM",
                "WaitTime": str(self.minutes),
            },
            "RoleArn": self.role,
            "Region": self.region,
        }


def roll_back(pipeline: codepipeline.Pipeline, stage: str, watched: Sequence[Watch]) -> None:
    """Let a stage be rolled back when it fails, and when an alarm goes off after it."""
    place = [each.stage_name for each in pipeline.stages].index(stage)
    resource = cast("codepipeline.CfnPipeline", pipeline.node.default_child)
    resource.add_property_override(f"Stages.{place}.OnFailure", {"Result": "ROLLBACK"})
    if watched:
        condition = {"Result": "ROLLBACK", "Rules": [each.rule() for each in watched]}
        resource.add_property_override(f"Stages.{place}.OnSuccess", {"Conditions": [condition]})
