"""What a person can do with a demo that was kept."""

import os
import shlex
from pathlib import Path

from jitr.local import LocalAws
from jitr.trial import key
from jitr.trial.timeline import Timeline


def say_how_to_go_on(timeline: Timeline, aws: LocalAws) -> None:
    """Print the commands with which a person can use what the demo left up, and stop it."""
    timeline.heading("Everything is still up. To go on by hand:")
    for line in _next_commands(aws):
        timeline.console.print(f"  {line}", markup=False, soft_wrap=True)


def _next_commands(aws: LocalAws) -> list[str]:
    folder, device_folder = shown(aws.folder), aws.folder / "device"
    device_key = key.choose(device_folder)
    held = isinstance(device_key, key.HeldKey)
    variables = f"{key.CONFIGURATION}={shown(device_folder / 'softhsm2.conf')} " if held else ""
    connect = ["scripts/device/connect", "--endpoint", "localhost"]
    device = [
        *("--server-ca", shown(aws.iot_ca), "--cert", shown(device_folder / "zymkey.crt")),
        *map(_shown_option, device_key.csr_options()),
    ]
    mqtt = [*connect, "--port", str(aws.mqtt_port), *device]
    https = [*connect, "--protocol", "https", "--port", str(aws.https_port), *device]
    return [
        f'eval "$(.venv/bin/jitr local env --folder {folder})"  # jitr, cdk, aws, boto3 go there then',
        ".venv/bin/jitr ca list",
        f"{variables}{shlex.join(mqtt)}",
        f"{variables}{shlex.join(https)}",
        f".venv/bin/jitr local down --folder {folder}  # stops it",
    ]


def shown(path: Path) -> str:
    """Give a path as it is named from here."""
    return os.path.relpath(path)


def _shown_option(word: str) -> str:
    return shown(Path(word)) if word.startswith("/") else word
