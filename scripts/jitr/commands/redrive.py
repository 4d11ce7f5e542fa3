"""`jitr redrive`: dead letters back into the registration queue."""
# ruff: noqa: PLC0415, PLR0913  imports wait until a command runs, so that help comes at once; an option each

from typing import Annotated

import typer

from jitr.options import Environment, Json
from jitr.output import note, print_json


def redrive(
    *,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", help="Only letters with this reason; repeatable.")
    ] = None,
    certificate: Annotated[
        list[str] | None,
        typer.Option("--certificate", help="Only about this certificate (id or file); repeatable."),
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete them for good instead of sending them back.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show them, and do nothing.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many to look at.")] = 10_000,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Show the dead letters, by reason, and send them back into the registration queue.

    Those that can never succeed (malformed, wrong_account, wrong_ca) stay, unless --reason names them. A
    letter is sent first and deleted afterwards: none is lost, and one that comes twice does no harm.
    """
    from jitr.redrive.run import Wanted, run

    ids = frozenset(map(_certificate_id, certificate or []))
    done = run(
        environment,
        Wanted(frozenset(reason or []), ids, delete=delete, dry_run=dry_run, limit=limit),
        yes=yes,
        show=not as_json,
    )
    for letter, said in done.refused:
        note(f"{letter.message_id}: SQS did not take it ({said}); it stays")
    if as_json:
        print_json(done.fields())
    elif done.letters and not dry_run:
        print(f"{len(done.sent):,} sent back, {len(done.deleted):,} deleted, {done.fields()['left']:,} left")
    if done.refused:
        raise typer.Exit(1)


def _certificate_id(word: str) -> str:
    from jitr.devices.named import named
    from jitr.failure import BadUseError

    found = named(word).certificate_id
    if found is None:
        raise BadUseError(f"--certificate {word}: is neither a certificate id (64 hex digits) nor its file")
    return found
