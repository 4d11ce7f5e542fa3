"""The pipeline: from a push to every environment, updating itself on the way."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import pipelines
from constructs import Construct

from jitr_stack import pipeline_steps as steps
from jitr_stack.delivery_access import (
    PIPELINE_STACK,
    DeliveryAccess,
    alarm_name,
    build_role_name,
    smoke_role_name,
)
from jitr_stack.pipeline_artifacts import Artifacts
from jitr_stack.pipeline_findings import acknowledge_roles
from jitr_stack.pipeline_rollback import roll_back
from jitr_stack.pipeline_settings import PipelineSettings, assets_version, cli_version, waves
from jitr_stack.settings import Settings
from jitr_stack.stage import EnvironmentStage


class PipelineStack(cdk.Stack):
    """The pipeline, in the account where it lives."""

    def __init__(
        self, scope: Construct, *, settings: PipelineSettings, environments: Sequence[Settings]
    ) -> None:
        super().__init__(
            scope,
            PIPELINE_STACK,
            stack_name=PIPELINE_STACK,
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Delivers just-in-time registration of devices to its environments",
        )
        self.artifacts = Artifacts(self, "Artifacts")
        self.delivery = DeliveryPipeline(self, "Delivery", settings=settings, artifacts=self.artifacts)
        for number, wave in waves(environments):
            self.delivery.add_wave(number, wave)
        self.delivery.finish()


class DeliveryPipeline(Construct):
    """Source, synthesis, self-mutation, and a stage for each wave."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: PipelineSettings, artifacts: Artifacts
    ) -> None:
        super().__init__(scope, construct_id)
        self._account = settings.account
        self._deploying: list[str] = []
        """Names of the stages that are rolled back when they fail."""
        self.log_group = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.source = pipelines.CodePipelineSource.connection(
            settings.repository, settings.branch, connection_arn=settings.connection
        )
        self.synth = steps.synth(self.source)
        self.pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            synth=self.synth,
            artifact_bucket=artifacts.bucket,
            pipeline_type=codepipeline.PipelineType.V2,
            cross_account_keys=True,
            cli_version=cli_version(),
            cdk_assets_cli_version=assets_version(),
            # One project for all assets, its commands in the assembly: a new version of a function leaves the
            # pipeline as it is, which can be rolled back only to a run of its present structure.
            publish_assets_in_parallel=False,
            code_build_defaults=self._build_options(),
        )

    def _build_options(self) -> pipelines.CodeBuildOptions:
        return pipelines.CodeBuildOptions(
            build_environment=codebuild.BuildEnvironment(build_image=codebuild.LinuxBuildImage.STANDARD_7_0),
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=self.log_group)
            ),
        )

    def add_wave(self, number: int, environments: Sequence[Settings]) -> None:
        """Deploy environments side by side, after approval where one wants it, and try each with a device."""
        self._approve(number, environments)
        name = f"wave-{number}"
        wave = self.pipeline.add_wave(name)
        # CDK Pipelines names the stage of a wave that has a single environment after that.
        self._deploying.append(name if len(environments) > 1 else environments[0].name)
        for settings in environments:
            stage = EnvironmentStage(self._stack, settings)
            access = DeliveryAccess(stage, settings, pipeline_account=self._account)
            trial = self._trial(settings, watched=access.watched)
            wave.add_stage(stage, post=[steps.smoke(trial, self.source, self._build_role(settings.name))])

    def _approve(self, number: int, environments: Sequence[Settings]) -> None:
        """Ask in a stage of its own: a rollback of the wave asks nobody, and a no rolls nothing back."""
        asked = [each for each in environments if each.delivery and each.delivery.approval]
        if not asked:
            return
        wave = self.pipeline.add_wave(f"approve-{number}")
        for settings in asked:
            shown = steps.difference(
                settings.name,
                self.source,
                self.synth,
                stage=f"{PIPELINE_STACK}/{settings.name}/*",
                lookup_role=self._lookup_role_arn(settings),
            )
            wave.add_pre(shown, steps.approval(settings.name, shown))

    def _build_role(self, environment: str) -> iam.Role:
        """Make a build's role under the name that the environment's role trusts."""
        return iam.Role(
            self,
            f"Smoke-{environment}",
            role_name=build_role_name(environment),
            description=f"Of the build that tries environment {environment}",
            assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
        )

    def _trial(self, settings: Settings, *, watched: bool) -> steps.Trial:
        name = settings.name
        return steps.Trial(
            environment=name,
            role=self._role_arn(settings, smoke_role_name(name)),
            region=settings.region or self._stack.region,
            alarm=alarm_name(name) if watched else None,
            minutes=settings.delivery.alarm_minutes if settings.delivery and watched else 0,
        )

    def finish(self) -> None:
        """Make the pipeline of all that was added, and let each wave be rolled back."""
        self.pipeline.build_pipeline()
        roll_back(self.pipeline.pipeline, self._deploying)
        acknowledge_roles(self)

    @property
    def _stack(self) -> cdk.Stack:
        return cdk.Stack.of(self)

    def _role_arn(self, settings: Settings, name: str) -> str:
        return f"arn:{self._stack.partition}:iam::{settings.account or self._account}:role/{name}"

    def _lookup_role_arn(self, settings: Settings) -> str:
        """Give the role that `cdk bootstrap` made for look-ups; the qualifier is the CDK's default."""
        account, region = settings.account or self._account, settings.region or self._stack.region
        return self._role_arn(settings, f"cdk-hnb659fds-lookup-role-{account}-{region}")
