"""`jitr doctor` of a deployed environment: all in order, and each thing that somebody breaks named."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fleet import Fleet

from contract import Output

Doctor = Callable[..., dict[str, Any]]
EXPORTABLE = "exportable"


@pytest.fixture
def doctor(exportable: Fleet, environments: Path) -> Doctor:
    """Runs the command as an operator does, who may have another folder of environments."""

    def run(folder: Path = environments) -> dict[str, Any]:
        done = subprocess.run(
            [Path(sys.executable).with_name("jitr"), "doctor", "-e", EXPORTABLE, "--json"],
            env={
                "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
                "JITR_LOCAL": str(exportable.aws.folder),
                "JITR_ENVIRONMENTS": str(folder),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        answer: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (1 if answer["verdict"] == "failed" else 0)
        return answer

    return run


def unwell(answer: dict[str, Any]) -> dict[str, list[str]]:
    """What is not in order, by check."""
    said: dict[str, list[str]] = {}
    for finding in answer["findings"]:
        if finding["verdict"] != "ok":
            said.setdefault(finding["check"], []).append(finding["found"])
    return said


def test_an_environment_as_it_was_deployed_is_in_order(doctor: Doctor) -> None:
    answer = doctor()

    assert (answer["verdict"], unwell(answer)) == ("ok", {})


def test_what_the_file_says_by_now_is_what_a_deploy_would_change(
    doctor: Doctor, environments: Path, tmp_path: Path
) -> None:
    changed = f"device_validity_days = 99\n{(environments / f'{EXPORTABLE}.toml').read_text()}"
    (tmp_path / f"{EXPORTABLE}.toml").write_text(changed)

    answer = doctor(tmp_path)

    assert list(unwell(answer)) == ["changes"]
    (finding,) = [each for each in answer["findings"] if each["check"] == "changes"]
    assert (finding["verdict"], finding["about"]) == ("warning", "device_validity_days")
    assert "from 1825 to 99" in finding["found"]


def test_each_thing_that_keeps_devices_out_is_a_failure_of_its_own(doctor: Doctor, exportable: Fleet) -> None:
    iot, lambda_ = exportable.client("iot"), exportable.client("lambda")
    function = exportable.outputs[Output.REGISTRATION_FUNCTION]
    (mapping,) = lambda_.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    authority = exportable.outputs[Output.ISSUING_AUTHORITY]
    rule = next(
        each["ruleName"]
        for each in iot.list_topic_rules()["rules"]
        if each["ruleName"].startswith(EXPORTABLE)
    )
    try:
        iot.update_ca_certificate(certificateId=authority, newAutoRegistrationStatus="DISABLE")
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        iot.disable_topic_rule(ruleName=rule)
        said = unwell(doctor())
    finally:
        iot.enable_topic_rule(ruleName=rule)
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
        iot.update_ca_certificate(certificateId=authority, newAutoRegistrationStatus="ENABLE")

    assert said["authorities"] == ["auto-registration is DISABLE, but issuing means ENABLE"]
    assert said["consumer"] == ["the event source mapping is Disabled: devices wait in the queue"]
    assert said["rules"] == [f"{rule} is disabled: no new device comes in"]


def test_a_dead_letter_is_counted_and_fails_nothing(doctor: Doctor, exportable: Fleet) -> None:
    queue, sqs = exportable.outputs[Output.DEAD_LETTER_QUEUE], exportable.client("sqs")
    sqs.purge_queue(QueueUrl=queue)
    sqs.send_message(QueueUrl=queue, MessageBody="nobody can read this")

    answer = doctor()

    sqs.purge_queue(QueueUrl=queue)
    assert unwell(answer) == {"dead letters": ["1 message could not be handled"]}
    assert answer["verdict"] == "warning"
