"""Telling what will pass by itself from what somebody must mend."""

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from records.reading import UnansweredRead

SERVER_ERROR = 500
THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
"""Codes of KMS, DynamoDB, AWS IoT and Systems Manager for more calls than an account may make."""
CANCELLED_BY_OTHERS = {
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "TransactionConflict",
}
"""Codes of a transaction's parts that may succeed later (DynamoDB, TransactWriteItems)."""


def busy_reason(error: Exception) -> str | None:
    """Give AWS's code, or the exception's name, of an error that passes by itself; None of any other."""
    match error:
        case ClientError():
            return _code_of_a_busy_service(error)
        case HTTPClientError() | NoConnection() | UnansweredRead():
            return type(error).__name__
    return None


def _code_of_a_busy_service(error: ClientError) -> str | None:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    parts = {str(part.get("Code")) for part in error.response.get("CancellationReasons", [])}
    if code in THROTTLED or status >= SERVER_ERROR:
        return code
    return next(iter(sorted(parts & CANCELLED_BY_OTHERS)), None)
