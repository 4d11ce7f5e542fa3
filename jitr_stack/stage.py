"""An environment as a CDK stage: `cdk deploy 'dev/*'` deploys everything in it."""

import aws_cdk as cdk
from constructs import Construct

from jitr_stack import concessions
from jitr_stack.settings import Settings
from jitr_stack.stack import JitrStack


class EnvironmentStage(cdk.Stage):
    """One environment: a stack named after it."""

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
            platform=concessions.platform() if settings.local else None,
        )
        if settings.local:
            concessions.concede(self.stack)
