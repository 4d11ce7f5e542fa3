"""What an error says about the check in which it was raised."""

import re

from botocore.exceptions import BotoCoreError, ClientError

from jitr.aws_errors import DENIED, code_of, explained
from jitr.doctor.check import Finding, failed, not_checked
from jitr.failure import FailureError
from jitr_stack.settings import SettingsError


def finding_of(error: Exception) -> Finding:
    """Say it in one line; a permission that is missing is nobody's failure, but nothing was seen."""
    if isinstance(error, ClientError) and code_of(error) in DENIED:
        return not_checked(f"needs {_permission(error)}", "others may see it; or extend your policy")
    if isinstance(error, ClientError | BotoCoreError):
        return failed(explained(error))
    if isinstance(error, FailureError | SettingsError):
        return failed(_one_line(error))
    return failed(f"unexpected {type(error).__name__}: {_one_line(error)}", "this is a fault of the doctor's")


def _permission(error: ClientError) -> str:
    """Give the action that AWS names in its refusal, or else the operation."""
    named = re.search(r"perform: ([\w-]+:\w+)", str(error.response.get("Error", {}).get("Message")))
    return named.group(1) if named else f"the permission for {error.operation_name}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
