"""The issuance records: what was signed, for whom, and what became of it."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from contract import RECORD_KEY, RECORDS_BY_ISSUER
from jitr_stack.function import removal_policy
from jitr_stack.settings import Settings


class IssuanceRecords(Construct):
    """The table of issuance records: on demand, encrypted, restorable to any second of 35 days.

    One for a stack; `removal = "retain"` in the settings keeps it, and protects it from deletion.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name=RECORD_KEY, type=dynamodb.AttributeType.STRING),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=RECORDS_BY_ISSUER,
                    partition_key=dynamodb.Attribute(name="issuer", type=dynamodb.AttributeType.STRING),
                    sort_key=dynamodb.Attribute(name="state", type=dynamodb.AttributeType.STRING),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                )
            ],
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.dynamo_owned_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=removal_policy(settings) is cdk.RemovalPolicy.RETAIN,
            removal_policy=removal_policy(settings),
        )
