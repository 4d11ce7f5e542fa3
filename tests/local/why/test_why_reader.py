"""What a reader with few permissions is told, and what people are."""

import json
import re
from collections.abc import Iterator

import boto3
import pytest
from diagnosed import ENVIRONMENT, OPEN, Diagnosed, file_of

from jitr.local import LocalAws
from jitr.local.session import LocalSession
from jitr_stack import settings


def test_nothing_stands_in_the_way_of_a_device_that_is_online(site: Diagnosed) -> None:
    device = site.fleet.registered("online")

    for about in ("online", device.id, file_of(device)):
        answer = site.why(about)
        assert (answer.exit_code, answer.said["answer"], answer.causes) == (0, "nothing", [])
        assert answer.said["unread"] == []
    assert answer.said["thing_name"] == answer.said["client_id"] == "online"


def test_nothing_stands_in_the_way_of_a_device_that_never_connected(site: Diagnosed) -> None:
    device = site.fleet.device("fresh")
    answer = site.why("fresh")
    assert (answer.exit_code, answer.causes, answer.said["unclear"]) == (0, [], [])
    site.comes_in(device)


def test_nothing_was_ever_issued_for_a_name(site: Diagnosed) -> None:
    assert site.why("nobody").causes == ["nothing_issued_for_thing"]


LOCAL_ONLY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ssm:GetParametersByPath",
                    "lambda:PutFunctionConcurrency",
                    "iam:SimulatePrincipalPolicy",
                ],
                "Resource": "*",
            }
        ],
    }
)
"""The local AWS authorises two of them on `*`, and GetFunctionConcurrency as if it were Put."""


@pytest.fixture
def reader(site: Diagnosed, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs the command as a user who has the documented policy and no other; gives the user's name."""
    iam, name = site.client("iam"), "reader"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="documented", PolicyDocument=documented_policy())
    iam.put_user_policy(UserName=name, PolicyName="local", PolicyDocument=LOCAL_ONLY)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        region_name="us-east-1",
        botocore_session=LocalSession(site.fleet.aws.endpoint_url, site.fleet.aws.certificate),
    )
    monkeypatch.setattr(LocalAws, "session", lambda _: session)
    yield name
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    iam.delete_access_key(UserName=name, AccessKeyId=keys["AccessKeyId"])
    iam.delete_user(UserName=name)


def documented_policy() -> str:
    """The policy of docs/diagnosis.md, for this environment."""
    text = (settings.ENVIRONMENTS.parent / "docs" / "diagnosis.md").read_text()
    (policy,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return policy.replace("prod", ENVIRONMENT)


@pytest.mark.parametrize("came", [True, False], ids=["online", "fresh"])
def test_the_documented_policy_is_enough(site: Diagnosed, reader: str, came: bool) -> None:  # noqa: FBT001
    name = f"read-{came}".lower()
    device = site.fleet.registered(name) if came else site.fleet.device(name)
    for about in (name, device.id, file_of(device)):
        answer = site.why(about)
        assert (answer.said["answer"], answer.said["unread"]) == ("nothing", [])


def test_what_may_not_be_read_is_said_and_nothing_is_not(site: Diagnosed, reader: str) -> None:
    site.fleet.device("half-seen")
    statement = {"Effect": "Deny", "Action": ["iot:ListTopicRules", "logs:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    site.client("iam").put_user_policy(UserName=reader, PolicyName="less", PolicyDocument=document)

    answer = site.why("half-seen")

    assert (answer.exit_code, answer.said["answer"]) == (1, "unclear")
    assert answer.said["unclear"] == ["the topic rules could not be read"]
    assert [each["what"] for each in answer.said["unread"]] == [
        "the topic rules",
        "the registration function's log",
        "AWS IoT's own log",
    ]


def test_what_is_in_the_way_is_said_though_something_may_not_be_read(site: Diagnosed, reader: str) -> None:
    site.fleet.device("partly-seen")
    statement = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    site.client("iam").put_user_policy(UserName=reader, PolicyName="less", PolicyDocument=document)
    with site.authority_changed(OPEN, newAutoRegistrationStatus="DISABLE"):
        answer = site.why("partly-seen")
    assert answer.causes == ["auto_registration_off"]
    assert [each["what"] for each in answer.said["unread"]] == [
        "what the rule's role is allowed",
        "what the function's role is allowed",
    ]


def test_several_causes_are_said_in_the_order_of_the_way_in(site: Diagnosed) -> None:
    site.fleet.device("many")
    with (
        site.authority_changed(OPEN, newAutoRegistrationStatus="DISABLE"),
        site.consumer_stopped(),
        site.denied(site.role, "iot:CreateThing"),
    ):
        assert site.why("many").causes == [
            "auto_registration_off",
            "consumer_disabled",
            "function_not_permitted",
        ]


def test_people_get_words(site: Diagnosed) -> None:
    device = site.fleet.registered("read-by-people")
    site.client("iot").update_certificate(certificateId=device.id, newStatus="INACTIVE")

    done = site.jitr("why", "read-by-people", "-e", ENVIRONMENT)

    assert done.exit_code == 1
    assert f"certificate {device.id[:12]}…, INACTIVE, record registered, authority fleet" in done.stdout
    assert f"$ jitr device activate {device.id}" in done.stdout
