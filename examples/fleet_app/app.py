"""The app of a fleet: just-in-time registration as it comes, and a stack of the fleet's own beside it."""

import sys
from pathlib import Path

import aws_cdk as cdk

from fleet_stack import FleetStack
from jitr_stack import authority_lock, settings
from jitr_stack.stack import JitrStack

ENVIRONMENTS = Path(__file__).parent / "environments"


def main() -> None:
    """Synthesise both stacks."""
    fleet = settings.load("fleet", ENVIRONMENTS)
    if written := authority_lock.hold(fleet, ENVIRONMENTS):
        print(f"{written}: authorities noted; commit this file", file=sys.stderr)

    app = cdk.App()
    registration = JitrStack(app, "Registration", settings=fleet)
    FleetStack(app, "Fleet", registration=registration)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except settings.SettingsError as error:
        sys.exit(str(error))
