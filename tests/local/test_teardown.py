"""A stack that brought devices in can be destroyed, and leaves nothing behind."""

from pathlib import Path

from fleet import Cdk, Fleet

from jitr.local import LocalAws


def test_destroyed_stack_leaves_nothing_behind(aws: LocalAws, cdk: Cdk, tmp_path: Path) -> None:
    doomed = Fleet(aws, "doomed", tmp_path)
    before = belongings(doomed)

    cdk("deploy", "doomed/*", "--require-approval", "never")
    doomed.registered("survivor")
    assert belongings(doomed) != before
    cdk("destroy", "doomed/*", "--force")

    assert belongings(doomed) == before


def belongings(fleet: Fleet) -> dict[str, list[str]]:
    """What an account holds, by kind, as far as a stack of ours could have made it."""
    iot, kms = fleet.client("iot"), fleet.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    functions = fleet.client("lambda")
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    found = {
        "authorities": [ca["certificateId"] for ca in iot.list_ca_certificates()["certificates"]],
        "event sources": [m["UUID"] for m in mappings],
        "functions": [f["FunctionName"] for f in functions.list_functions()["Functions"]],
        "keys": [key["KeyId"] for key in keys if key["KeyState"] != "PendingDeletion"],
        "log groups": [g["logGroupName"] for g in fleet.client("logs").describe_log_groups()["logGroups"]],
        "parameters": [p["Name"] for p in fleet.client("ssm").describe_parameters()["Parameters"]],
        "policies": [p["policyName"] for p in iot.list_policies()["policies"]],
        "queues": fleet.client("sqs").list_queues().get("QueueUrls", []),
        "roles": [r["RoleName"] for r in fleet.client("iam").list_roles()["Roles"]],
        "rules": [r["ruleName"] for r in iot.list_topic_rules()["rules"]],
        "secrets": [s["ARN"] for s in fleet.client("secretsmanager").list_secrets()["SecretList"]],
        "tables": fleet.client("dynamodb").list_tables()["TableNames"],
    }
    return {kind: sorted(names) for kind, names in found.items()}
