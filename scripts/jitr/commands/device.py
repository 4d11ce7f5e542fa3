"""`jitr device`: the devices of an environment, and what an operator does to them."""
# ruff: noqa: PLC0415, PLR0913  imports wait until a command runs, so that help comes at once; an option each

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from jitr.options import Environment, Force, Json
from jitr.output import print_fields, print_json
from records.state import State

if TYPE_CHECKING:
    from jitr.devices.desk import Desk
    from jitr.devices.named import Named
    from jitr.devices.run import Work

app = typer.Typer(
    name="device",
    help="Devices: list, show, revoke, deactivate, activate, replace.",
    no_args_is_help=True,
    add_completion=False,
)

Devices = Annotated[
    list[str] | None,
    typer.Argument(help="Things, certificate ids, or certificates' files.", metavar="DEVICE…"),
]
FromFile = Annotated[
    Path | None,
    typer.Option(
        "--from-file",
        help="File that names more of them, one in a line; - is standard input.",
        metavar="FILE",
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", help="Kept on the record.", metavar="TEXT", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Wait = Annotated[
    int,
    typer.Option("--wait", min=0, max=3600, help="Seconds to wait for the registration.", metavar="SECONDS"),
]


@app.command("list")
def list_(
    *,
    thing: Annotated[
        str | None, typer.Option(help="Only things of this name; * and ? stand for any letters.")
    ] = None,
    state: Annotated[State | None, typer.Option(help="Only records in this state.")] = None,
    ca: Annotated[
        str | None, typer.Option("--ca", help="Only of this authority: its name, or its certificate id.")
    ] = None,
    with_aws: Annotated[
        bool, typer.Option("--with-aws", help="Say what AWS IoT has, too: one call for 250 certificates.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    next_: Annotated[
        str | None, typer.Option("--next", help="Where an earlier list ended.", metavar="TOKEN")
    ] = None,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """List the certificates that are recorded: thing, state, authority, first registration, expiry."""
    from jitr.devices.desk import desk
    from jitr.devices.list_view import print_json_list, print_list
    from jitr.devices.listing import Listing, Wanted

    listing = Listing(desk(environment), Wanted(thing, state, ca, with_aws), next_)
    (print_json_list if as_json else print_list)(listing, None if every else limit)


@app.command()
def show(
    *,
    device: Annotated[str, typer.Argument(help="A thing, a certificate id, or a certificate's file.")],
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Show one device: its record, its certificate at AWS IoT, its thing, its policies."""
    from jitr.devices.desk import desk
    from jitr.devices.named import named
    from jitr.devices.portrait import portrait

    name = named(device)
    found = portrait(desk(environment), name)
    print_json(found.fields()) if as_json else print_fields(found.shown())


@app.command()
def revoke(
    *,
    devices: Devices = None,
    from_file: FromFile = None,
    reason: Reason = None,
    yes: Yes = False,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Put devices out for good: AWS IoT refuses their certificates, and nothing brings them back.

    By a thing's name, all certificates that it has are revoked, and those that were signed for it and never
    came. Stopped in the middle, run it again.
    """
    from jitr.devices.switching_off import REVOKE, SwitchingOff

    def work(desk: "Desk", names: "Sequence[Named]") -> "Work":
        from jitr.devices.never_came import NeverCame
        from jitr.devices.run import Work

        what = "REVOKED, which is final; record revoked; policies and things detached; connection ended"
        off = SwitchingOff(desk, REVOKE, reason or "by jitr device revoke")
        return Work(what, NeverCame.of(desk, names).certificates, off.put_out)

    _run(work, devices, from_file, environment, as_json=as_json, yes=yes)


@app.command()
def deactivate(
    *,
    devices: Devices = None,
    from_file: FromFile = None,
    reason: Reason = None,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Put devices out until `activate` lets them in again: INACTIVE, and so recorded."""
    from jitr.devices.switching_off import DEACTIVATE, SwitchingOff

    def work(desk: "Desk", _names: "Sequence[Named]") -> "Work":
        from jitr.devices.named import certificates
        from jitr.devices.run import Work

        off = SwitchingOff(desk, DEACTIVATE, reason or "by jitr device deactivate")
        return Work("INACTIVE", lambda name: certificates(desk, name), off.put_out)

    _run(work, devices, from_file, environment, as_json=as_json)


@app.command()
def activate(
    *,
    devices: Devices = None,
    from_file: FromFile = None,
    reason: Reason = None,
    wait: Wait = 60,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Let devices in again that were deactivated or refused, by the environment's rules.

    The registration does it, with all its checks; what is ACTIVE at AWS IoT past its record goes off before.
    Revoked and expired certificates stay out, so do those without a record, and one whose thing has another
    certificate now.
    """
    from jitr.devices.letting_in import LettingIn

    def work(desk: "Desk", _names: "Sequence[Named]") -> "Work":
        from jitr.devices.named import one_certificate
        from jitr.devices.run import Work

        stopped, patience = Event(), timedelta(seconds=wait)
        in_ = LettingIn(desk, reason or "by jitr device activate", patience, sleep=stopped.wait)
        return Work("registered again", lambda name: [one_certificate(desk, name)], in_.activate, stopped.set)

    _run(work, devices, from_file, environment, as_json=as_json)


@app.command()
def replace(
    *,
    thing: Annotated[str, typer.Argument(help="The thing.")],
    by: Annotated[
        str,
        typer.Argument(help="Its next certificate: a CSR (PEM), a certificate id, or a certificate's file."),
    ],
    crt: Annotated[
        Path | None,
        typer.Option("--out", help="Where the certificate goes that a CSR is given (PEM).", metavar="FILE"),
    ] = None,
    reason: Reason = None,
    wait: Wait = 60,
    yes: Yes = False,
    force: Force = False,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Give a thing another certificate: a device that was repaired, renewed, or swapped.

    The one that has the thing stays in until the other is ACTIVE, and is deactivated then, also where the
    environment's rule is `refuse`; under `keep_both` both stay in.
    """
    from jitr.devices.desk import desk
    from jitr.devices.replacing import Order, replace_certificate

    order = Order(thing, by, crt, reason or "by jitr device replace", timedelta(seconds=wait), force=force)
    result = replace_certificate(desk(environment), order, yes=yes)
    print_json(result.fields()) if as_json else print(result)


def _run(
    work: "Callable[[Desk, Sequence[Named]], Work]",
    devices: list[str] | None,
    from_file: Path | None,
    environment: str,
    *,
    as_json: bool,
    yes: bool = True,
) -> None:
    from jitr.devices.desk import desk
    from jitr.devices.named import several
    from jitr.devices.run import run

    names: list[Named] = several(devices or [], from_file)
    if not run(work(desk(environment), names), names, as_json=as_json, yes=yes):
        raise typer.Exit(1)
