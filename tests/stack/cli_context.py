"""The context that the CDK CLI passes, so that what is tested is what is deployed."""

import json

from jitr_stack.settings import ENVIRONMENTS

CONTEXT = {
    **json.loads((ENVIRONMENTS.parent / "cdk.json").read_text())["context"],
    "aws:cdk:bundling-stacks": [],  # the functions are not built
}
"""The feature flags of `cdk.json`."""
