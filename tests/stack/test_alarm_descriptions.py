"""What an alarm says of itself: a command that there is, and a section of the runbook."""

import re

import pytest
from aws_cdk.assertions import Template

from jitr_stack.settings import ENVIRONMENTS
from tests.unit.jitr.app_tree import COMMANDS

RUNBOOK = ENVIRONMENTS.parent / "docs" / "runbook.md"


@pytest.fixture(scope="module")
def descriptions(templates: dict[str, Template]) -> list[str]:
    """What production's alarms say."""
    alarms = templates["prod"].find_resources("AWS::CloudWatch::Alarm").values()
    return [alarm["Properties"]["AlarmDescription"] for alarm in alarms]


def test_each_alarm_names_a_command_that_there_is_and_its_environment(descriptions: list[str]) -> None:
    said = [re.search("Next: `jitr (.+?) -e (.+?)[ `]", each) for each in descriptions]

    assert {tuple(found[1].split()) for found in said if found} <= set(COMMANDS)
    assert [found[2] for found in said if found] == ["prod"] * len(descriptions)


def test_each_alarm_has_its_section_in_the_runbook(descriptions: list[str]) -> None:
    titles = re.findall(r"^### (.+)$", RUNBOOK.read_text().partition("## Alarms\n")[2], re.MULTILINE)

    said = [re.search(r"docs/runbook\.md, (.+)\.$", each) for each in descriptions]

    assert sorted({found[1] for found in said if found}) == sorted(titles)
    assert None not in said


def test_what_an_alarm_says_is_no_longer_than_cloudwatch_takes(descriptions: list[str]) -> None:
    assert max(map(len, descriptions)) <= 1024  # PutMetricAlarm, AlarmDescription
