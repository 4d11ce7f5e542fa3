"""Functions that tests make beside the deployed ones."""

import io
import zipfile

from fleet import Fleet

BY_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
"""Who may assume a function's role."""


def zipped(name: str, text: str) -> bytes:
    """A zip with one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()


def take_away(fleet: Fleet, function: str) -> None:
    """Delete a function, and its log if it ever ran."""
    fleet.client("lambda").delete_function(FunctionName=function)
    logs = fleet.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]:
        logs.delete_log_group(logGroupName=group["logGroupName"])
