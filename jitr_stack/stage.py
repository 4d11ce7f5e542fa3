"""An environment as a CDK stage: `cdk deploy 'dev/*'` deploys everything in it."""

import aws_cdk as cdk
from constructs import Construct

from contract import stack_name
from jitr_stack import concessions, naming
from jitr_stack.platform import Platform
from jitr_stack.settings import Settings
from jitr_stack.stack import JitrStack


class EnvironmentStage(cdk.Stage):
    """One environment: a stack named after it, tagged with what it is."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.name,
            env=cdk.Environment(account=settings.account, region=settings.region),
        )
        self.stack = JitrStack(
            self,
            "jitr",
            settings=settings,
            platform=concessions.platform() if settings.local else Platform(settings.architecture),
            stack_name=stack_name(settings.name),
        )
        if settings.local:
            concessions.concede(self.stack)
        for key, value in naming.tags(settings.name, settings.tags).items():
            cdk.Tags.of(self).add(key, value)
