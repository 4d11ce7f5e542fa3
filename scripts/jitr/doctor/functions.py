"""The deployed functions, and what brings messages to the one that registers."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from contract import Output
from issuance.settings import read_settings
from jitr.doctor.check import Finding, failed, ok, warning
from jitr.doctor.site import Site
from registration.settings import MisconfiguredFunction, Settings

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

READERS: dict[Output, Callable[[Mapping[str, str]], object]] = {
    Output.REGISTRATION_FUNCTION: Settings.read,
    Output.ISSUANCE_FUNCTION: read_settings,
}
"""How each function reads its variables: what it cannot read, it cannot start with."""
AGAIN = "deploy again; CloudTrail says who changed it"


def functions(site: Site) -> Iterator[Finding]:
    """See that each function is ready, and could read what it is told by its variables."""
    client = site.target.session.client("lambda")
    for output, reader in READERS.items():
        if name := site.outputs.get(output):
            found = client.get_function_configuration(FunctionName=name)
            yield of_function(found, reader, str(output), site.region)


def of_function(
    found: "FunctionConfigurationResponseTypeDef",
    reader: Callable[[Mapping[str, str]], object],
    about: str,
    region: str,
) -> Finding:
    """Say how one function stands."""
    name, state = found["FunctionName"], found.get("State", "Active")
    if state not in {"Active", "Inactive"}:  # Inactive: idle for weeks; the next call wakes it
        return failed(f"{name} is {state}: {found.get('StateReason', 'no reason given')}", AGAIN, about=about)
    if found.get("LastUpdateStatus") == "Failed":
        reason = found.get("LastUpdateStatusReason", "no reason given")
        return failed(f"{name}: its last update failed: {reason}", AGAIN, about=about)
    variables = found.get("Environment", {}).get("Variables", {})
    try:
        reader({"AWS_REGION": region, **variables})
    except (MisconfiguredFunction, KeyError, TypeError, ValueError) as error:
        return failed(f"{name} cannot read its variables: {error}", AGAIN, about=about)
    return ok(name, about=about)


def consumer(site: Site) -> Iterator[Finding]:
    """See that the registration queue's messages reach their function."""
    client = site.target.session.client("lambda")
    name = site.outputs[Output.REGISTRATION_FUNCTION]
    if client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions") == 0:
        yield failed(
            f"{name} is throttled: its reserved concurrency is 0",
            f"`aws lambda delete-function-concurrency --function-name {name}`",
        )
    mappings = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    if not mappings:
        yield failed("no event source mapping brings the queue's messages to the function", AGAIN)
    for mapping in mappings:
        yield _of_mapping(mapping["UUID"], mapping["State"], mapping.get("LastProcessingResult"))


def _of_mapping(uuid: str, state: str, last: str | None) -> Finding:
    if state in {"Disabled", "Disabling"}:
        return failed(
            f"the event source mapping is {state}: devices wait in the queue",
            f"`aws lambda update-event-source-mapping --uuid {uuid} --enabled`",
        )
    if last and last.startswith("PROBLEM"):  # as it is worded in the console and in the API's answers
        return failed(f"the event source mapping says {last}", "see the function's role and its log group")
    if state != "Enabled":
        return warning(f"the event source mapping is {state}", "wait, and look again")
    return ok("the event source mapping is Enabled")
