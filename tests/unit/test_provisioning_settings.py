"""The template of an environment file: what is accepted, and the one line that says what is not."""

from pathlib import Path

import pytest

from jitr_stack import settings
from jitr_stack.provisioning import Provisioning
from jitr_stack.settings import SettingsError
from provisioning.template import LONGEST, ProvisioningTemplate

FLEET = "[authorities.fleet]\n"
FULL = """
[provisioning]
thing_name = "${environment.name}-${subject.common_name}"
thing_type = "zymkey"
groups = ["fleet", "model-${subject.organizational_unit}"]
billing_group = "pumps"
existing_thing = "adopt"
[provisioning.attributes]
serial = "${record.serial}"
"until" = "${record.not_after}"
"""


def load(toml: str, folder: Path) -> Provisioning:
    (folder / "site.toml").write_text(FLEET + toml)
    return settings.load("site", folder, {}).provisioning


def test_without_a_template_the_thing_has_the_common_name_and_nothing_else(tmp_path: Path) -> None:
    provisioning = load("", tmp_path)

    assert provisioning.template == ProvisioningTemplate(thing_name="${subject.common_name}")
    assert provisioning.thing_is_named_as_its_certificate


def test_every_part_of_a_template_is_read(tmp_path: Path) -> None:
    provisioning = load(FULL, tmp_path)

    assert provisioning.template == ProvisioningTemplate(
        thing_name="${environment.name}-${subject.common_name}",
        thing_type="zymkey",
        groups=("fleet", "model-${subject.organizational_unit}"),
        billing_group="pumps",
        attributes={"serial": "${record.serial}", "until": "${record.not_after}"},
        adopt_existing=True,
    )
    assert not provisioning.thing_is_named_as_its_certificate


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("colour = 1", "colour: unknown key"),
        ('thing_name = "$subject"', "thing_name: '$subject': a $ must begin a placeholder like ${subject."),
        ('thing_name = "${subject.colour}"', "thing_name: unknown placeholder ${subject.colour}; there are"),
        ('thing_name = "pump"', "thing_name: 'pump' gives every device the same name"),
        ('thing_name = ""', "thing_name: '': as a name AWS IoT takes"),
        ("thing_name = 5", "thing_name: Input should be a valid string"),
        (
            'thing_name = "pump ${subject.common_name}"',
            "thing_name: 'pump ${subject.common_name}' could at best become 'pump x': as a name",
        ),
        ('thing_type = "zym key"', "thing_type: 'zym key': as a name AWS IoT takes 1 to 128 of"),
        ('billing_group = "a/b"', "billing_group: 'a/b': as a name"),
        ('groups = "fleet"', "groups: Input should be a valid tuple"),
        ('groups = ["fleet", "a b"]', "groups.1: 'a b': as a name"),
        ('groups = ["fleet", "fleet"]', "groups: a group is named twice"),
        (f"groups = {[str(n) for n in range(11)]}", "groups: 11 groups; a thing is in at most 10"),
        ('existing_thing = "steal"', "existing_thing: Input should be 'refuse' or 'adopt'"),
        ('attributes.place = "Santa Barbara"', "attributes.place: 'Santa Barbara': as an attribute's value"),
        ('attributes.place = ""', "attributes.place: '': as an attribute's value"),
        ('attributes."a b" = "x"', "attributes.a b.[key]: 'a b': as an attribute's name"),
        (
            'attributes = {a = "1", b = "2", c = "3", d = "4"}',
            "attributes: 4 attributes; a thing without a thing type has at most 3",
        ),
        (
            f'thing_type = "t"\nattributes = {{{", ".join(f"a{n} = {n!r}" for n in map(str, range(51)))}}}',
            "attributes: 51 attributes; a thing has at most 50",
        ),
        ("attributes = 5", "attributes: Input should be a valid dictionary"),
    ],
)
def test_what_could_never_be_is_one_line_naming_file_and_key(toml: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(f"[provisioning]\n{toml}\n", tmp_path)

    assert str(refused.value).removeprefix(f"{tmp_path}/").startswith(f"site.toml: provisioning.{line}")
    assert "\n" not in str(refused.value)


def test_fifty_attributes_go_with_a_thing_type(tmp_path: Path) -> None:
    attributes = "".join(f'a{number} = "x"\n' for number in range(50))

    provisioning = load(
        f'[provisioning]\nthing_type = "zymkey"\n[provisioning.attributes]\n{attributes}', tmp_path
    )

    assert len(provisioning.attributes) == 50


def test_a_template_that_lambda_would_not_carry_is_refused(tmp_path: Path) -> None:
    values = "".join(f'a{number} = "{"x" * 800}"\n' for number in range(3))

    with pytest.raises(SettingsError, match=rf"provisioning: 2\d{{3}} bytes as JSON; at most {LONGEST} fit"):
        load(f"[provisioning.attributes]\n{values}", tmp_path)
