"""The table of issuance records with its index, as the stack makes it."""

from typing import TYPE_CHECKING

from contract import RECORD_KEY, RECORDS_BY_ISSUER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def make_table(client: "DynamoDBClient", name: str) -> None:
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": RECORD_KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in (RECORD_KEY, "issuer", "state")
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
