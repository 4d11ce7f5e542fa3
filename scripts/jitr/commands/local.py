"""`jitr local`: the local AWS."""

import shlex
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer

from jitr.checkout import needs_checkout
from jitr.failure import BadUseError, FailureError
from jitr.local import PREFERRED, LocalAws, Ports
from jitr.local.aws import UNSET
from jitr.local.state import turn
from jitr.options import LOCAL_FOLDER, Json, LocalFolder
from jitr.output import note, print_fields, print_json

app = typer.Typer(
    name="local",
    help="The local AWS: MiniStack on 127.0.0.1, with IAM and IoT policies enforced.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def up(  # noqa: PLR0913  options of a command
    *,
    gateway_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the AWS API.")
    ] = PREFERRED.gateway,
    mqtt_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the MQTT broker.")
    ] = PREFERRED.mqtt,
    https_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of HTTPS publish for devices.")
    ] = PREFERRED.https,
    alpn_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of MQTT and HTTPS by ALPN, in place of AWS's 443.")
    ] = PREFERRED.alpn,
    folder: LocalFolder = LOCAL_FOLDER,
    as_json: Json = False,
) -> None:
    """Start it; a port that is taken is replaced by a free one. When it is up already, say so."""
    needs_checkout("jitr local up")
    wanted = Ports(gateway_port, mqtt_port, https_port, alpn_port)
    if len(set(astuple(wanted))) < len(astuple(wanted)):
        raise BadUseError("--gateway-port, --mqtt-port, --https-port, --alpn-port: one port each")
    with turn(folder):
        aws = LocalAws.running(folder)
        if aws is not None:
            note("the local AWS is up already")
        else:
            aws = _started(folder, wanted)
    _show(aws, as_json=as_json)


@app.command()
def down(*, folder: LocalFolder = LOCAL_FOLDER) -> None:
    """Stop it, and whatever it runs. Everything in it is gone then."""
    aws = LocalAws.running(folder)
    if aws is None:
        note("the local AWS is not up")
        return
    aws.stop()
    note("the local AWS is down")


@app.command()
def status(*, folder: LocalFolder = LOCAL_FOLDER, as_json: Json = False) -> None:
    """Say where it is; exit code 1 when it is down."""
    aws = LocalAws.running(folder)
    if aws is None:
        print_json({"up": False}) if as_json else note("the local AWS is down: start it with `jitr local up`")
        raise typer.Exit(1)
    _show(aws, as_json=as_json)


@app.command()
def env(*, folder: LocalFolder = LOCAL_FOLDER) -> None:
    """Print variables for a shell: after eval "$(jitr local env)", plain aws, cdk and boto3 go there."""
    aws = LocalAws.running(folder)
    if aws is None:
        raise FailureError("the local AWS is not up: start it with `jitr local up`")
    print(f"unset {' '.join(UNSET)}")
    for name, value in aws.environment().items():
        print(f"export {name}={shlex.quote(value)}")


def _started(folder: Path, wanted: Ports) -> LocalAws:
    aws = LocalAws.start(folder, preferred=wanted)
    for replaced in wanted.replaced(aws.state.ports):
        note(replaced)
    return aws


def _show(aws: LocalAws, *, as_json: bool) -> None:
    fields = {
        "up": True,
        "endpoint_url": aws.endpoint_url,
        "gateway_port": aws.gateway_port,
        "mqtt_port": aws.mqtt_port,
        "https_port": aws.https_port,
        "alpn_port": aws.alpn_port,
        "region": aws.state.region,
        "pid": aws.state.process.pid,
        "certificate": str(aws.certificate),
        "iot_ca": str(aws.iot_ca),
        "log": str(aws.log),
    }
    print_json(fields) if as_json else print_fields({k: v for k, v in fields.items() if k != "up"})
