"""The environment whose roles are pared, with everything switched on that gives a role a permission."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fleet import Fleet
from function_code import BY_LAMBDA, take_away, zipped
from owner import Owner
from roles import physical_ids

from contract import stack_name
from tests.unit.owners_ca import pem

FULL, EXPORTABLE = "pared", "pared-exportable"
"""Names of the environments: with all options, and with an issuing key in Secrets Manager."""

PLACE = """
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
delete_authorities_with_certificates = true
"""
SETTINGS = {
    FULL: f"""{PLACE}
require_issuance_record = false
decision_function = "arn:aws:lambda:us-east-1:000000000000:function:pared-decide"
event_bus = "pared"
[quotas]
update_certificate = 1000
attach_policy = 1000
[authorities.fleet]
[authorities.spare]
state = "trusted"
custody = "secrets_manager"
[authorities.factory]
state = "trusted"
custody = "external"
mode = "SNI_ONLY"
certificate = "factory.pem"
[provisioning]
thing_type = "pared"
groups = ["pared"]
existing_thing = "adopt"
""",
    EXPORTABLE: f"""{PLACE}
[authorities.fleet]
custody = "secrets_manager"
""",
}
DECIDE = """
def handle(device, _context):
    refused = device["thing_name"].startswith("refuse")
    return {"decision": "refuse" if refused else "allow"}
"""


def write_settings(folder: Path, factory: Owner) -> None:
    """Write the environments' files."""
    (folder / "factory.pem").write_text(pem(factory.certificate))
    for name, text in SETTINGS.items():
        (folder / f"{name}.toml").write_text(text)


@contextmanager
def what_is_the_owners(fleet: Fleet) -> Iterator[None]:
    """Thing type, group, decision function and bus, which the environments name."""
    iot, iam = fleet.client("iot"), fleet.client("iam")
    before = certificates(iot)
    iot.create_thing_type(thingTypeName="pared")
    iot.create_thing_group(thingGroupName="pared")
    fleet.client("events").create_event_bus(Name="pared")
    role = iam.create_role(RoleName="pared-decide", AssumeRolePolicyDocument=json.dumps(BY_LAMBDA))
    fleet.client("lambda").create_function(
        FunctionName="pared-decide",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="decide.handle",
        Code={"ZipFile": zipped("decide.py", DECIDE)},
    )
    try:
        yield
    finally:
        take_away_devices(iot, before)
        iot.deprecate_thing_type(thingTypeName="pared")
        iot.delete_thing_type(thingTypeName="pared")
        iot.delete_thing_group(thingGroupName="pared")
        fleet.client("events").delete_event_bus(Name="pared")
        take_away(fleet, "pared-decide")
        iam.delete_role(RoleName="pared-decide")


def stop_consuming(fleet: Fleet) -> None:
    """Leave the messages in the registration queue to the test, which calls the function itself."""
    (mapping,) = physical_ids(fleet, "AWS::Lambda::EventSourceMapping").values()
    fleet.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)


def destroy(fleet: Fleet) -> None:
    """Take the environment's stack away."""
    client, name = fleet.client("cloudformation"), stack_name(fleet.environment)
    client.delete_stack(StackName=name)
    client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def certificates(iot: Any) -> set[str]:
    """Ids of all device certificates."""
    pages = iot.get_paginator("list_certificates").paginate()
    return set(pages.search("certificates[].certificateId"))


def take_away_devices(iot: Any, before: set[str]) -> None:
    """Delete the things of the type `pared`, and the certificates that came since."""
    for certificate in certificates(iot) - before:
        arn = iot.describe_certificate(certificateId=certificate)["certificateDescription"]["certificateArn"]
        for thing in iot.list_principal_things(principal=arn)["things"]:
            iot.detach_thing_principal(thingName=thing, principal=arn)
        iot.update_certificate(certificateId=certificate, newStatus="INACTIVE")
        iot.delete_certificate(certificateId=certificate, forceDelete=True)
    pages = iot.get_paginator("list_things").paginate(thingTypeName="pared")
    for thing in list(pages.search("things[].thingName")):
        iot.delete_thing(thingName=thing)
