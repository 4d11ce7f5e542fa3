"""Who may use what the pipeline is made of, written out, in its own account and in each environment's."""

from pathlib import Path

import pytest
from aws_cdk.assertions import Template
from resource_access import granted, unread

ROOT = "Allow AWS arn:<AWS::Partition>:iam::111111111111:root"
BUCKET = '"Resource": ["<ArtifactsBucket.Arn>", "<ArtifactsBucket.Arn>/*"]'
ASSUME = ("sts:AssumeRole",)
BUILD = "Allow Service codebuild.amazonaws.com"
PIPELINE = "Allow AWS <DeliveryPipelineRole.Arn>"
DEPLOY_ROLES = {
    f"Allow AWS arn:<AWS::Partition>:iam::{account}:role/cdk-hnb659fds-deploy-role-{account}-eu-central-1"
    for account in ("111111111111", "222222222222", "333333333333")
}
TRUST = {
    "AssetsFileRole": BUILD,
    "BuildSynthCdkBuildProjectRole": BUILD,
    "CodeBuildActionRole": PIPELINE,
    "Role": "Allow Service codepipeline.amazonaws.com",
    "SourceexampleawsiotjitrCodePipelineActionRole": PIPELINE,
    "UpdatePipelineSelfMutationRole": BUILD,
    "approve2approveprodCodePipelineActionRole": PIPELINE,
    "approve2diffprodRole": BUILD,
}
TRUST_OF_SMOKE = {f"DeliverySmoke{environment}": BUILD for environment in ("dev", "test", "prod")}


def test_artifacts_are_for_the_roles_that_deploy_and_steps_for_their_services(template: Template) -> None:
    of_deploys = {
        ("ArtifactsBucketPolicy", who, ("s3:GetBucket*", "s3:GetObject*", "s3:List*"), f"{{{BUCKET}}}")
        for who in DEPLOY_ROLES
    } | {
        ("ArtifactsKey", who, ("kms:Decrypt", "kms:DescribeKey"), '{"Resource": "*"}') for who in DEPLOY_ROLES
    }
    without_tls = f'{{"Condition": {{"Bool": {{"aws:SecureTransport": "false"}}}}, {BUCKET}}}'

    assert granted(template) == of_deploys | {
        ("ArtifactsBucketPolicy", "Deny AWS *", ("s3:*",), without_tls),
        ("ArtifactsKey", ROOT, ("kms:*",), '{"Resource": "*"}'),
        *((f"DeliveryPipeline{name}", who, ASSUME, "") for name, who in TRUST.items()),
        *((name, who, ASSUME, "") for name, who in TRUST_OF_SMOKE.items()),
    }


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
def test_an_environment_lets_in_the_role_of_its_own_smoke_test_alone(environment: str, outdir: Path) -> None:
    (file,) = outdir.rglob(f"*{environment}delivery*.template.json")

    delivery = Template.from_string(file.read_text())

    build = f"arn:<AWS::Partition>:iam::111111111111:role/jitr-pipeline-{environment}"
    one_role = f'{{"Condition": {{"ArnEquals": {{"aws:PrincipalArn": "{build}"}}}}}}'
    assert granted(delivery) == {("Smoke", ROOT, ASSUME, one_role)}
    assert unread(delivery) == []


def test_nothing_of_the_pipeline_gives_rights_where_no_gate_reads(template: Template) -> None:
    assert unread(template) == []
