"""One structured log line per outcome, which CloudWatch also counts as a metric.

The line is a document in CloudWatch's embedded metric format: CloudWatch Logs stores it as it is, so that
it can be searched by field, and extracts the metric `Count` from it, without any call to CloudWatch.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import os
import time

from contract import METRIC_NAMESPACE, Variable

LONGEST_DIMENSION = 1024
"""Characters of a dimension value (the specification's DimensionSet)."""
LONGEST_FIELD = 8192
"""Characters of any other value, so that a line stays far below the 256 KB of a log event."""
LARGEST_NUMBER = 2**53
"""Beyond it, readers that hold numbers as IEEE doubles lose digits (RFC 8259, section 6)."""


def report(outcome: str, *, operation: str, reason: str | None = None, **fields: object) -> None:
    """Print what became of one piece of work.

    Args:
        outcome: how it ended, a word from a small set: `registered`, `issued`, `refused` ...
        operation: what was done: `registration`, `issuance`, `authority`. Several have a `refused`.
        reason: why, a code from a small set (each is a metric of its own); never free text.
        fields: anything else worth finding later, such as `certificate_id`, `thing_name`, `message_id`;
            no secrets. None is left out; what JSON cannot hold is written as text.
    """
    environment = os.environ.get(Variable.ENVIRONMENT, "")
    dimensions = {"Environment": environment, "Operation": operation, "Outcome": outcome}
    dimension_sets = [list(dimensions)]
    if reason:
        dimensions["Reason"] = reason
        # The count without the reason stays, so an alarm on all refusals needs no sum over reasons.
        dimension_sets.append(list(dimensions))
    directive = {
        "Namespace": METRIC_NAMESPACE,
        "Dimensions": dimension_sets,
        "Metrics": [{"Name": "Count", "Unit": "Count"}],
    }
    line = {
        # First, so that no field can take the place of what the format needs.
        **{name: _plain(value) for name, value in fields.items() if value is not None},
        **{name: _dimension(value) for name, value in dimensions.items()},
        "Count": 1,
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]},
    }
    # In one piece: messages of a batch are handled side by side, and lines must not run into each other.
    print(json.dumps(line) + "\n", end="", flush=True)  # noqa: T201 standard output is the function's log


def _dimension(value: object) -> str:
    """Give a dimension value: 1 to 1,024 ASCII characters, not all blank (PutMetricData's Dimension)."""
    text = str(_plain(value)).encode("ascii", "replace").decode().strip()
    return text[:LONGEST_DIMENSION] or "unknown"


def _plain(value: object) -> str | int | float:
    """Give a value that JSON can hold, whatever came in."""
    # Compared as it is, never converted: text for an integer of thousands of digits is an error in Python.
    if isinstance(value, int | float) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return value
    try:
        return str(value)[:LONGEST_FIELD]
    except Exception:  # noqa: BLE001 a line about a failure must not fail itself
        return f"<{type(value).__name__}>"
