"""`jitr why`: what keeps a device from connecting."""
# ruff: noqa: PLC0415  imports wait until the command runs, so that help and completion come at once

import re
from datetime import timedelta
from typing import Annotated

import typer

from jitr.failure import BadUseError
from jitr.options import Environment, Json
from jitr.output import print_json

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def why(
    *,
    subject: Annotated[
        str,
        typer.Argument(
            help="Name of a thing, id of a certificate (64 hex digits), or a certificate's file (PEM).",
            metavar="THING|ID|FILE",
        ),
    ],
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id", help="Client id that the device connects with.  [default: the thing's name]"
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(help="How far back the logs are read: 90m, 24h, 7d.", metavar="TIME")
    ] = "24h",
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Say what keeps a device from connecting, since when, and the command that mends it.

    Reads the certificate, its authority, topic rule, queues, function, issuance record, thing, policies
    (which it evaluates) and recent logs; changes nothing. Exit code 0: nothing stands in the way; 1:
    something does, or it could not be ruled out, or the command failed; 2: wrongly called.
    """
    from jitr.diagnosis.diagnosis import Answer, diagnose
    from jitr.diagnosis.json_form import fields
    from jitr.diagnosis.reading.gathering import gather
    from jitr.diagnosis.reading.question import question
    from jitr.diagnosis.words import lines
    from jitr.target import target

    period = _period(since)
    asked, leaf = question(subject, client_id)
    diagnosis = diagnose(gather(target(environment), asked, leaf, period))
    if as_json:
        print_json(fields(diagnosis))
    else:
        print("\n".join(lines(diagnosis)))
    if diagnosis.answer is not Answer.NOTHING:
        raise typer.Exit(1)


def _period(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if found is None:
        raise BadUseError(f"--since {text!r:.40}: give a number and m, h or d: 90m, 24h, 7d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
