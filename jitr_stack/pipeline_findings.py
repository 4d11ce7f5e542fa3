"""What cdk-nag finds in the roles that CDK Pipelines makes, and why each is as it is.

Those roles get their permissions from the CDK; a wildcard that is not in this table stays a finding.
"""

import re

from aws_cdk import aws_iam as iam
from constructs import IConstruct

from jitr_stack.findings import acknowledge, wildcards

ONE_KEY = "the CDK's grant names these actions so; they are on the one key of the artifacts"
ONE_BUCKET = "the CDK's grant names these actions so; they are on the one bucket of the artifacts"
OWN_LOG = "log streams have no names before a build writes them; the group is this project's"
OWN_REPORTS = "the CDK's grant to every project, for reports of its own name"
REASONS = (
    (r"Action::kms:(GenerateDataKey|ReEncrypt)\*", ONE_KEY),
    (r"Action::s3:(Abort|DeleteObject|GetBucket|GetObject|List)\*", ONE_BUCKET),
    (r"Resource::<Artifacts\w+\.Arn>/\*", "artifacts have no names before a run makes them"),
    (r"Resource::arn:[^*]+:log-group:/aws/codebuild/<\w+>:\*", OWN_LOG),
    (r"Resource::arn:[^*]+:report-group/<\w+>-\*", OWN_REPORTS),
)
"""Of every role: pattern of the finding, and the reason."""
OF_ASSETS = (
    (
        r"Resource::\*",
        "CDK Pipelines lets the role of all assets start builds, before it knows their projects",
    ),
    (
        r"Resource::arn:[^*]+:log-group:/aws/codebuild/\*",
        "one role for all asset projects, as the CDK makes it",
    ),
    (r"Resource::arn:[^*]+:report-group/\*", "one role for all asset projects, as the CDK makes it"),
)
OF_SELF_MUTATION = (
    (
        r"Resource::arn:\*:iam::\d{12}:role/\*",
        "a condition leaves the bootstrapped roles for publishing and deploying, by their tags",
    ),
    (
        r"Resource::\*",
        "the CLI looks whether account and Region are bootstrapped (DescribeStacks, ListBucket)",
    ),
)
OF_PART = {"Assets": OF_ASSETS, "UpdatePipeline": OF_SELF_MUTATION}
"""Beside those, of the roles in a part of the pipeline."""


def acknowledge_roles(pipeline: IConstruct) -> None:
    """Acknowledge what is found in the roles of a finished pipeline, each with its reason."""
    for role in [each for each in pipeline.node.find_all() if isinstance(each, iam.Role)]:
        own = [reasons for part, reasons in OF_PART.items() if f"/{part}/" in role.node.path]
        for found in sorted(set(wildcards(role))):
            for pattern, reason in [*REASONS, *(each for reasons in own for each in reasons)]:
                if re.fullmatch(pattern, found):
                    acknowledge(role, f"AwsSolutions-IAM5[{found}]", reason)
