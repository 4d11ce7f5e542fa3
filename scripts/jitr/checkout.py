"""What only a checkout of the repository has: demo, local AWS, and the app that makes the environments."""

from jitr.failure import BadUseError
from jitr.options import CHECKOUT

IN_A_CHECKOUT = (CHECKOUT / "cdk.json").is_file()
"""False where the command came with the package, into another app's environment."""


def needs_checkout(command: str) -> None:
    """Refuse a command that wants more than the package has.

    Raises:
        BadUseError: this is the installed package.
    """
    if not IN_A_CHECKOUT:
        raise BadUseError(f"{command} wants a checkout of the repository, and this is the installed package")
