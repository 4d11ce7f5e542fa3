"""Clients for moto, made once: boto3 takes longer to make one than a test takes."""

from functools import cache
from typing import Any

import boto3


@cache
def client(service: str) -> Any:
    """Give a client with credentials that are valid nowhere; it works inside any `mock_aws()`."""
    return boto3.client(  # type: ignore[call-overload]  # the stubs know literals only
        service, region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
