"""What the pipeline may do in an environment's account exists, and is asked for where AWS authorises it."""

from pathlib import Path

import pytest
from authorization import faults
from aws_cdk.assertions import Template
from delivered import ROOT
from policy_documents import IDENTITY, documents

from jitr_stack.smoke_access import SMOKE_PREFIX, smoke_permissions

ACKNOWLEDGED = {
    # The table names narrower resources now; until a real account has shown that it is so, any is allowed.
    "cloudwatch:DescribeAlarms: not authorised on *",
    "iot:ListPrincipalThings: not authorised on *",
    # The embedded AWS authorises it on the thing, AWS on the certificate.
    "arn:aws:iot:eu-central-1:111111111111:thing/*jitr-smoke-*: "
    "none of the statement's actions is authorised on it",
}


@pytest.mark.usefixtures("stack")
def test_its_roles_may_do_what_exists_where_aws_authorises_it(outdir: Path) -> None:
    (file,) = outdir.rglob("*devdelivery*.template.json")
    template = Template.from_string(file.read_text())

    assert {
        fault for _, document in documents(template, IDENTITY) for fault in faults(document)
    } == ACKNOWLEDGED


READING = (
    "cloudformation:",
    "dynamodb:Get",
    "iot:Describe",
    "iot:Get",
    "iot:List",
    "lambda:Get",
    "lambda:List",
    "sqs:Get",
    "ssm:Get",
)


def test_each_change_that_it_may_make_beyond_its_own_device_is_told_to_the_reader() -> None:
    page = (ROOT / "docs" / "pipeline.md").read_text()

    changes = {
        action
        for each in smoke_permissions("prod")
        for action in each.actions
        if not action.startswith(READING) and not all(SMOKE_PREFIX in arn for arn in each.resources)
    }
    assert len(changes) == 6
    assert {action for action in changes if f"`{action}`" not in page} == set()
