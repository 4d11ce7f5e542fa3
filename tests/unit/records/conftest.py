"""What the tests of the issuance records share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from contract import RECORDS_BY_ISSUER
from records.table import IssuanceRecords
from tests.unit.records.examples import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb() -> "Iterator[DynamoDBClient]":
    """A client of an account with the table."""
    with mock_aws():
        client = boto3.Session("none", "none", region_name="eu-west-1").client("dynamodb")
        client.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("id", "issuer", "state")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": RECORDS_BY_ISSUER,
                    "KeySchema": [
                        {"AttributeName": "issuer", "KeyType": "HASH"},
                        {"AttributeName": "state", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def records(dynamodb: "DynamoDBClient") -> IssuanceRecords:
    """The code under test."""
    return IssuanceRecords(dynamodb, TABLE)
