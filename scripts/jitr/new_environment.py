"""A new environment's file: written once it is known to synthesise, beside the others that there are."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from jitr import files
from jitr.failure import BadUseError
from jitr_stack import authority_lock, collisions, environments
from jitr_stack.environments import defaults_file, file_of, names
from jitr_stack.layers import Layers
from jitr_stack.settings import SettingsError, checked, load, read_layers

BLANK = """\
# Environment {name}. What is commented out is the default, unless {defaults} says otherwise for all of them:
# `jitr env show {name}` says what each setting comes to. Every setting: docs/settings.md.

# Without these, those of the credentials in use.
{place}

# "retain": keys, records, authorities, logs and the device policy outlive the stack.
#removal = "destroy"
# In days, as CloudWatch Logs offers.
#log_retention_days = 30
# In days; a device's certificate never outlives its authority.
#device_validity_days = 1825
# Otherwise an authority that still has device certificates is not deregistered.
#delete_authorities_with_certificates = false

# It signs the devices' certificates. Its key is in "kms", in "secrets_manager" (exportable), or "external".
# What it is cannot change later: {name}.lock.json, which the first synthesis writes, keeps it. Commit both.
[authorities.fleet]
#custody = "kms"
#algorithm = "P-256"
#validity_days = 3650

# In its certificate, beside the common name "{name} fleet device CA".
#[authorities.fleet.subject]
#organization = "Example"
"""
"""Prose has a blank after its `#`, settings have none."""

FIRST_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
PLACE = re.compile(r"""^[ \t]*(["']?)(?:account|region)\1[ \t]*=.*\n?""", re.MULTILINE)
"""As people write it; what else TOML allows is noticed in the text that comes of it."""


def written(
    name: str, *, account: str | None, region: str | None, like: str | None, folder: Path | None = None
) -> Path:
    """Write the file of a new environment, and give it.

    Raises:
        BadUseError: a name that cannot be, a file that is there, settings that would not synthesise.
        FailureError: the folder cannot be written.
    """
    folder = folder or environments.ENVIRONMENTS
    try:
        text = _text(name, _place(account, region), like, folder)
        made_of = read_layers(name, folder, own=text)
        if like is not None:
            _refuse_kept_place(made_of, {"account": account, "region": region}, file_of(like, folder))
        _refuse_unfit(name, made_of, folder)
        files.create(file_of(name, folder), text.encode())
    except SettingsError as error:
        raise BadUseError(str(error)) from None
    except FileExistsError:
        raise BadUseError(f"{file_of(name, folder)}: exists already and was left as it is") from None
    return file_of(name, folder)


def _place(account: str | None, region: str | None) -> str:
    """Give the lines that say where; left out, they are shown as what could be said."""
    return "\n".join(
        (
            f"account = {json.dumps(account)}" if account else '#account = "123456789012"',
            f"region = {json.dumps(region)}" if region else '#region = "eu-central-1"',
        )
    )


def _text(name: str, place: str, like: str | None, folder: Path) -> str:
    if like is None:
        return BLANK.format(name=name, place=place, defaults=defaults_file(folder).name)
    if load(like, folder).local:
        raise BadUseError(f"--like {like}: is on the embedded AWS; name an environment in an account")
    text = file_of(like, folder).read_text(encoding="utf-8")
    table = FIRST_TABLE.search(text)
    end = table.start() if table else len(text)
    return f"# Made like {like}.\n{place}\n" + PLACE.sub("", text[:end]) + text[end:]


def _refuse_kept_place(made_of: Layers, asked: Mapping[str, str | None], example: Path) -> None:
    """Refuse a text that says another place than was asked for: its example's, where AWS already has one."""
    said = made_of.layers[-1].table
    for key, value in asked.items():
        if said.get(key) != (value or None):
            raise BadUseError(
                f"{example}: {key}: would be kept; write it there as `{key} = ...`, on a line of its own "
                "before all tables"
            )


def _refuse_unfit(name: str, made_of: Layers, folder: Path) -> None:
    """Refuse what is there, was there, or would not synthesise."""
    if file_of(name, folder).exists():
        raise FileExistsError
    if (lock := authority_lock.lock_file(name, folder)).exists():
        raise BadUseError(
            f"{lock}: is of an environment {name} that was; take another name, or delete the file if its "
            "authorities are gone from AWS IoT"
        )
    others = [load(other, folder) for other in names(folder)]
    collisions.refuse([*others, checked(name, made_of, folder)], folder)
