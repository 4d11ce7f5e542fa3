"""The account: who asks, whether it is the environment's, and in which Region."""

from collections.abc import Iterator

from jitr.doctor.check import Finding, failed, ok, warning
from jitr.doctor.site import Site
from jitr.local import LocalAws
from jitr.local.readiness import mqtt_listener
from jitr.target import refuse_other_account


def credentials(site: Site) -> Iterator[Finding]:
    """See who these credentials are of; for an environment on this machine, whether its AWS is up."""
    if site.target.local is not None:
        yield _healthy(site.target.local)
    account = site.caller["Account"]
    refuse_other_account(site.settings, account)
    yield ok(f"{site.caller['Arn']}, account {account}")


def region(site: Site) -> Iterator[Finding]:
    """See that there is a Region, and that AWS IoT is known to be in it."""
    session = site.target.session
    if session.region_name is None:
        yield failed("none is chosen", "set AWS_REGION, or region in the environment's file")
        return
    partition = session.get_partition_for_region(session.region_name)
    if session.region_name in session.get_available_regions("iot", partition_name=partition):
        yield ok(session.region_name)
    else:
        yield warning(
            f"{session.region_name}: this boto3 knows of no AWS IoT there", "check the Region's name"
        )


def _healthy(aws: LocalAws) -> Finding:
    listener = mqtt_listener(aws.gateway_port, aws.certificate)
    if listener == "listening":
        return ok(f"up at {aws.endpoint_url}, MQTT localhost:{aws.mqtt_port}", about="local AWS")
    said = "does not answer" if listener is None else f"has its MQTT listener {listener}"
    return failed(
        f"process {aws.state.process.pid} {said}",
        f"see {aws.log}; `jitr local down`, then `jitr local up`",
        about="local AWS",
    )
