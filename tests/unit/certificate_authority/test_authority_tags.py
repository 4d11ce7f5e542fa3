"""Tags on the registration: the people's, and who made it."""

import pytest

from certificate_authority.properties import InvalidProperties
from tests.unit.certificate_authority.account import Account, Properties
from tests.unit.certificate_authority.events import create, update
from tests.unit.certificate_authority.scenarios import OWNER_TAGS

TAGGED = {"Tags": {"team": "fleet", "site": "Zürich North/1"}}


def test_an_authority_is_registered_with_its_tags_and_its_maker(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties | TAGGED)["PhysicalResourceId"]

    assert account.iot.tags[ca_id] == OWNER_TAGS | TAGGED["Tags"]


def test_tags_change_in_place(account: Account, properties: Properties) -> None:
    made = create(properties | TAGGED)

    changed = update(
        made["PhysicalResourceId"],
        properties | {"Tags": {"team": "factory", "line": "2"}},
        properties | TAGGED,
    )

    assert changed == made
    assert account.iot.tags[made["PhysicalResourceId"]] == OWNER_TAGS | {"team": "factory", "line": "2"}


def test_tags_that_others_put_there_stay(account: Account, properties: Properties) -> None:
    ca_id = create(properties | TAGGED)["PhysicalResourceId"]
    account.iot.tags[ca_id]["cost-centre"] = "42"

    update(ca_id, properties, properties | TAGGED)

    assert account.iot.tags[ca_id] == OWNER_TAGS | {"cost-centre": "42"}


def test_an_authority_from_before_there_were_tags_is_told_its_maker(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.tags[ca_id].clear()

    update(ca_id, properties, properties)

    assert account.iot.tags[ca_id] == OWNER_TAGS


def test_where_tags_are_right_none_is_written(account: Account, properties: Properties) -> None:
    ca_id = create(properties | TAGGED)["PhysicalResourceId"]
    account.journal.calls.clear()

    update(ca_id, properties | TAGGED, properties | TAGGED)

    assert {"tag_resource", "untag_resource"}.isdisjoint(account.journal.operations("iot"))


@pytest.mark.parametrize(
    "tags",
    [
        "team=fleet",
        {"": "empty name"},
        {"n" * 129: "long name"},
        {"team": "v" * 257},
        {"team": 5},
        {"team": "line\x00break"},
        {"aws:team": "reserved"},
        {"jitr:stack": "reserved"},
        {f"tag{number}": "" for number in range(41)},
    ],
    ids=lambda tags: str(tags)[:20],
)
def test_tags_that_aws_would_not_take_are_refused_before_anything_is_made(
    account: Account, properties: Properties, tags: object
) -> None:
    with pytest.raises(InvalidProperties, match=r"tag|Tags"):
        create(properties | {"Tags": tags})

    assert account.journal.calls == []
