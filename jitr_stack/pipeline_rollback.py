"""Rollback: a stage of the pipeline that fails is run again as it was.

CDK Pipelines makes the stages itself and offers no conditions for them, so they are written into the
finished resource (CodePipeline user guide, "Configuring automatic rollback on stage failure").

Alarms make an action fail, by `scripts/watch_alarm.py`. CodePipeline's own rule for them (`CloudWatchAlarm`)
is not used: by its reference it may succeed at once where the alarm is off at the first look.
"""

from collections.abc import Iterable
from typing import cast

from aws_cdk import aws_codepipeline as codepipeline


def roll_back(pipeline: codepipeline.Pipeline, stages: Iterable[str]) -> None:
    """Let stages be rolled back when they fail."""
    names = [each.stage_name for each in pipeline.stages]
    resource = cast("codepipeline.CfnPipeline", pipeline.node.default_child)
    for stage in stages:
        place = names.index(stage)
        resource.add_property_override(f"Stages.{place}.OnFailure", {"Result": "ROLLBACK"})
