"""What the tests of the issuance records share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from records.table import IssuanceRecords
from tests.unit.records.examples import TABLE
from tests.unit.records.issuance_table import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb() -> "Iterator[DynamoDBClient]":
    """A client of an account with the table."""
    with mock_aws():
        client = boto3.Session("none", "none", region_name="eu-west-1").client("dynamodb")
        make_table(client, TABLE)
        yield client


@pytest.fixture
def records(dynamodb: "DynamoDBClient") -> IssuanceRecords:
    """The code under test."""
    return IssuanceRecords(dynamodb, TABLE)
