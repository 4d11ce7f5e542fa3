"""What is said of requests, and what signing with files looks at besides."""

from pki.refused import RefusedRequest
from registry import UnfitForRegistry, check_name

DAYS = 3650  # the tutorial's
ADVICE = {"bad_thing_name": "make it anew with scripts/device/make_csr --thing-name NAME"}


def check_thing_name(common_name: str) -> None:
    """Signing with files knows no environment's template: the common name is the thing's name.

    Raises:
        RefusedRequest: `bad_thing_name`.
    """
    try:
        check_name(common_name)
    except UnfitForRegistry as unfit:
        raise RefusedRequest("bad_thing_name", f"common name {unfit}") from None


def said(refused: RefusedRequest) -> str:
    """Say why a request was refused, and what to do."""
    return f"{refused}; {ADVICE[refused.reason]}" if refused.reason in ADVICE else str(refused)
