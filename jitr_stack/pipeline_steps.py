"""What the pipeline runs: the gate and the synthesis, the difference before an approval, the smoke test."""

from dataclasses import dataclass

from aws_cdk import Duration, pipelines
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam

ON_PATH = 'export PATH="$PWD/.venv/bin:$PATH"'
PYTHON = codebuild.BuildSpec.from_object({"phases": {"install": {"runtime-versions": {"python": "3.13"}}}})


def synth(source: pipelines.IFileSetProducer) -> pipelines.CodeBuildStep:
    """Run the project's own gate, then synthesise; what the gate refuses goes no further."""
    return pipelines.CodeBuildStep(
        "Synth",
        input=source,
        commands=["bash .ci/run", ON_PATH, "npx cdk synth --quiet"],
        primary_output_directory="cdk.out",
        partial_build_spec=PYTHON,
        build_environment=codebuild.BuildEnvironment(compute_type=codebuild.ComputeType.LARGE),
        timeout=Duration.hours(2),
    )


def difference(
    environment: str,
    source: pipelines.IFileSetProducer,
    assembly: pipelines.IFileSetProducer,
    *,
    stage: str,
    lookup_role: str,
) -> pipelines.CodeBuildStep:
    """Print what a deploy would change, by the role that may only read.

    Args:
        environment: its name.
        source: with the CLI's lock file.
        assembly: what was synthesised.
        stage: pattern of its stacks in the assembly.
        lookup_role: ARN of its bootstrapped role for look-ups.
    """
    return pipelines.CodeBuildStep(
        f"diff-{environment}",
        input=source,
        additional_inputs={"assembly": assembly},
        # Comparing templates needs no change set, and so no role that may deploy.
        commands=[
            "npm ci --ignore-scripts --silent",
            f"npx cdk diff --app assembly --method template --no-notices '{stage}'",
        ],
        role_policy_statements=[_may_take(lookup_role)],
        timeout=Duration.minutes(15),
    )


def approval(environment: str, shown_by: pipelines.Step) -> pipelines.ManualApprovalStep:
    """Wait until somebody has read the difference and says yes."""
    step = pipelines.ManualApprovalStep(
        f"approve-{environment}",
        comment=f"The log of {shown_by.id} says what the deploy to {environment} changes.",
    )
    step.add_step_dependency(shown_by)
    return step


@dataclass(frozen=True)
class Trial:
    """How an environment is tried after its deploy."""

    environment: str
    role: str
    """ARN of the role in its account that may do this."""
    region: str
    alarm: str | None
    """What is watched afterwards; None where the environment has no alarms."""
    minutes: int

    def commands(self) -> list[str]:
        """Give the commands: a device comes and goes, then the alarm must stay off."""
        watch = f"python scripts/watch_alarm.py --region {self.region} --minutes {self.minutes} {self.alarm}"
        return [f"jitr smoke --environment {self.environment}", *([watch] if self.alarm else [])]


def smoke(trial: Trial, source: pipelines.IFileSetProducer, build_role: iam.IRole) -> pipelines.CodeBuildStep:
    """Try an environment, in its account, in the role that may do this alone, which `build_role` may take."""
    return pipelines.CodeBuildStep(
        f"smoke-{trial.environment}",
        input=source,
        commands=[
            "make setup-deploy",
            ON_PATH,
            # A profile, not keys from one AssumeRole call: it takes the role anew before its time is over.
            'export AWS_CONFIG_FILE="$PWD/build/smoke.aws" AWS_PROFILE=smoke && mkdir -p build',
            'printf "[profile smoke]\\nrole_arn = %s\\ncredential_source = EcsContainer\\n" "$SMOKE_ROLE"'
            ' >"$AWS_CONFIG_FILE"',
            *trial.commands(),
        ],
        env={"SMOKE_ROLE": trial.role, "AWS_REGION": trial.region},
        partial_build_spec=PYTHON,
        role=build_role,
        role_policy_statements=[_may_take(trial.role)],
        timeout=Duration.minutes(30 + trial.minutes),
    )


def _may_take(role: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role])
