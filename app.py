"""One stage per file in environments/, and the pipeline if there is one: settings in, stacks out."""

import sys

import aws_cdk as cdk

from jitr_stack import authority_lock, collisions, pipeline_settings, settings
from jitr_stack.environments import ENVIRONMENTS
from jitr_stack.pipeline import PipelineStack
from jitr_stack.stage import EnvironmentStage


def main() -> None:
    """Synthesise every environment, and the pipeline that deploys them."""
    app, environments = cdk.App(), settings.load_all(ENVIRONMENTS)
    collisions.refuse(environments, ENVIRONMENTS)
    for environment in environments:
        if written := authority_lock.hold(environment, ENVIRONMENTS):
            print(f"{written}: authorities noted; commit this file", file=sys.stderr)
        EnvironmentStage(app, environment)
    if pipeline := pipeline_settings.load():
        PipelineStack(app, settings=pipeline, environments=pipeline.environments(ENVIRONMENTS))
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
