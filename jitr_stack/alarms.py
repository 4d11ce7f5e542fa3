"""Settings: whether an environment has alarms, whom they tell, and from where on they go off."""

from typing import Annotated

from pydantic import Field, StringConstraints

from jitr_stack.authorities import Strict
from jitr_stack.setting_types import Flag

Count = Annotated[int, Field(strict=True, ge=1)]
TopicArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$")
]


class Alarms(Strict):
    """The alarms of an environment; what each means and what to do about it stands in docs/runbook.md."""

    enabled: Flag = False
    """Whether it has them."""
    topic: TopicArn | None = None
    """SNS topic that is told when an alarm goes off and when it ends: one that exists, in the environment's
    Region, and lets `cloudwatch.amazonaws.com` publish. Without it, alarms have a state and tell nobody."""
    dead_letters: Count = 1
    """Messages in the dead-letter queue. One is a device that stays out until somebody looks."""
    longest_wait_minutes: Annotated[int, Field(strict=True, ge=5, le=20_160)] | None = None
    """How long a device may wait to be registered; by default as long as the whole fleet takes
    (`fleet_size` and `quotas`), and never less than an hour."""
    errors: Count = 3
    """Runs of a function that ended in an error, within five minutes. One is tried again and forgotten."""
    throttles: Count = 3
    """Runs of a function that Lambda refused, within five minutes."""
    unissued: Count = 10
    """Refusals, within five minutes, of certificates that nobody issued. Where every authority's key is held
    here, one is one too many; certificates of an external authority come so before they are imported."""
