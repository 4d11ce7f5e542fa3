"""What went wrong, as a code."""

from botocore.exceptions import ClientError

from registration.outcome import Later


def reason_of(error: Exception) -> str:
    """Give the reason of a failure as a code: our own, AWS's error code, or the name of the exception."""
    if isinstance(error, Later):
        return error.reason
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__
