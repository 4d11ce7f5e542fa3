"""Settings of an environment's place in the pipeline."""

from typing import Annotated

from pydantic import Field

from jitr_stack.authorities import Strict
from jitr_stack.setting_types import Flag

Minutes = Annotated[int, Field(strict=True, ge=0, le=420)]
"""A build watches for so long, after half an hour at most; it may take 480 (CodeBuild user guide, Quotas)."""


class Delivery(Strict):
    """When the pipeline deploys an environment, and what it waits for."""

    wave: Annotated[int, Field(strict=True, ge=1, le=40)]
    """Waves follow each other; environments of one wave are deployed side by side."""
    approval: Flag = False
    """Whether somebody must read the difference and say yes, before each deploy."""
    alarm_minutes: Minutes = 15
    """How long its alarms are watched after the smoke test; one that goes off takes the deploy back."""
