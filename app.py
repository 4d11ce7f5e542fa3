"""One stage per file in environments/: settings in, stacks out."""

import sys
from pathlib import Path

import aws_cdk as cdk

from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage


def main() -> None:
    """Synthesise every environment; `-c environments=FOLDER` reads another folder."""
    app = cdk.App()
    folder = Path(app.node.try_get_context("environments") or settings.ENVIRONMENTS)
    for environment in settings.load_all(folder):
        EnvironmentStage(app, environment)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
