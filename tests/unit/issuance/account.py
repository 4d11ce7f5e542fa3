"""The table of issuance records, as the stack makes it."""

from mypy_boto3_dynamodb import DynamoDBClient

from contract import RECORD_KEY

TABLE = "test-issuance-records"


def make_table(dynamodb: DynamoDBClient) -> None:
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": RECORD_KEY, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": RECORD_KEY, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
