"""Policies, thing and client id of a certificate that is ACTIVE, each made wrong and mended."""

import json
from datetime import UTC, datetime
from typing import Any

from diagnosed import Diagnosed, kept_out, without_thing
from fleet import Identity

from contract import Output


def test_no_policy(site: Diagnosed) -> None:
    device = site.fleet.registered("unpoliced")
    site.client("iot").detach_policy(
        policyName=site.fleet.outputs[Output.DEVICE_POLICY], target=site.arn(f"cert/{device.id}")
    )

    assert kept_out(device)
    answer = site.why("unpoliced")

    assert answer.causes == ["no_policy"]
    site.mend(answer)
    assert device.publish("unpoliced/hello")
    assert site.why("unpoliced").causes == []


def policy_of(site: Diagnosed, device: Identity, name: str, *statements: dict[str, Any]) -> None:
    """Give a certificate a policy of its own instead of the environment's."""
    iot, target = site.client("iot"), site.arn(f"cert/{device.id}")
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iot.create_policy(policyName=name, policyDocument=document)
    iot.attach_policy(policyName=name, target=target)
    iot.detach_policy(policyName=site.fleet.outputs[Output.DEVICE_POLICY], target=target)


def test_a_policy_without_connect(site: Diagnosed) -> None:
    device = site.fleet.registered("mute")
    policy_of(site, device, "publish-only", {"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"})

    assert kept_out(device)
    answer = site.why("mute")

    assert answer.causes == ["policy_without_connect"]
    site.mend(answer)
    assert device.publish("mute/hello")


def test_a_policy_that_denies(site: Diagnosed) -> None:
    device = site.fleet.registered("denied")
    policy_of(
        site,
        device,
        "all-but-one",
        {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iot:Connect", "Resource": "*client/denied"},
    )

    assert kept_out(device)
    answer = site.why("denied")

    assert answer.causes == ["policy_denies_connect"]
    site.mend(answer)
    assert site.why("denied").causes == ["no_policy"]


def test_a_policy_without_the_device_s_own_topics(site: Diagnosed) -> None:
    device = site.fleet.registered("topicless")
    policy_of(site, device, "connect-only", {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"})

    assert not device.publish("topicless/hello")
    answer = site.why("topicless")

    assert answer.causes == ["policy_without_own_topics"]
    site.mend(answer)
    assert device.publish("topicless/hello")


def test_another_client_id_than_the_thing_s_name(site: Diagnosed) -> None:
    device = site.fleet.registered("named")

    assert kept_out(site.as_client(device, "nicknamed"))
    answer = site.why(device, "--client-id", "nicknamed")

    assert answer.causes == ["client_id_is_not_the_thing"]
    assert site.why(device).causes == []


def test_another_client_id_in_aws_iot_s_own_log(site: Diagnosed) -> None:
    device, logs = site.fleet.registered("logged"), site.client("logs")
    logs.create_log_group(logGroupName="AWSIotLogsV2")
    logs.create_log_stream(logGroupName="AWSIotLogsV2", logStreamName="one")
    refused = {
        "eventType": "Connect",
        "status": "Failure",
        "clientId": "nicknamed",
        "principalId": device.id,
        "reason": "AUTHORIZATION_FAILURE",
    }
    event = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": json.dumps(refused)}
    logs.put_log_events(logGroupName="AWSIotLogsV2", logStreamName="one", logEvents=[event])

    answer = site.why("logged")

    assert answer.causes == ["client_id_is_not_the_thing"]
    assert "nicknamed" in answer.first["says"]
    logs.delete_log_group(logGroupName="AWSIotLogsV2")


def test_a_thing_that_was_deleted(site: Diagnosed) -> None:
    device = site.fleet.registered("thingless")
    without_thing(site, device, "thingless")
    site.client("iot").delete_thing(thingName="thingless")

    assert kept_out(device)
    answer = site.why("thingless")

    assert answer.causes == ["thing_missing"]
    site.mend(answer)
    assert device.publish("thingless/hello")


def test_a_certificate_on_another_thing(site: Diagnosed) -> None:
    device = site.fleet.registered("displaced")
    without_thing(site, device, "displaced")
    site.client("iot").create_thing(thingName="elsewhere")
    site.client("iot").attach_thing_principal(thingName="elsewhere", principal=site.arn(f"cert/{device.id}"))

    assert kept_out(device)
    answer = site.why("displaced")

    assert answer.causes == ["attached_to_another_thing"]
    site.mend(answer)
    assert device.publish("displaced/hello")


def test_a_certificate_on_no_thing(site: Diagnosed) -> None:
    device = site.fleet.registered("detached")
    without_thing(site, device, "detached")
    assert kept_out(device)
    answer = site.why(device)
    assert answer.causes == ["not_attached_to_its_thing"]
    site.mend(answer)
    assert device.publish("detached/hello")
