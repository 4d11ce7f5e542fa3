"""How production is watched and development is not: a test for each difference."""

import pytest
from aws_cdk.assertions import Template


@pytest.mark.parametrize(("environment", "alarms"), [("local", 0), ("dev", 0), ("prod", 10)])
def test_production_alone_has_alarms(environment: str, alarms: int, templates: dict[str, Template]) -> None:
    templates[environment].resource_count_is("AWS::CloudWatch::Alarm", alarms)


def test_one_certificate_that_nobody_issued_is_an_alarm_in_production(templates: dict[str, Template]) -> None:
    templates["prod"].has_resource_properties(
        "AWS::CloudWatch::Alarm", {"AlarmName": "prod-jitr-unissued", "Threshold": 1}
    )


def test_production_deploys_as_it_stands_for_its_alarms_name_no_topic(templates: dict[str, Template]) -> None:
    alarms = templates["prod"].find_resources("AWS::CloudWatch::Alarm").values()

    assert [alarm for alarm in alarms if "AlarmActions" in alarm["Properties"]] == []
