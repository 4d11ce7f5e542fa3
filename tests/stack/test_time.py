"""What waits for something waits longer than that may take."""

import pytest
from aws_cdk.assertions import Template
from botocore.config import Config

from certificate_authority.handler import _PATIENT as AUTHORITY_CALLS
from device_access.handler import _PATIENT as RELEASE_CALLS
from issuance.handler import _RETRIES as ISSUANCE_CALLS
from registration.desk import CALLS as REGISTRATION_CALLS

LONGEST_BACKOFF = 20
"""Seconds (SDK reference, "Standard retry mode")."""


@pytest.mark.parametrize(
    ("function", "calls"),
    [
        ("AuthoritiesRegistrarFunction", AUTHORITY_CALLS),
        ("DeviceAccessReleaseReleaserFunction", RELEASE_CALLS),
        ("IssuanceIssuerFunction", ISSUANCE_CALLS),
        ("RegistrationRegistrarFunction", REGISTRATION_CALLS),
    ],
)
def test_a_call_that_hangs_is_given_up_before_its_function_is_ended(
    function: str, calls: Config, templates: dict[str, Template]
) -> None:
    functions = templates["dev"].find_resources("AWS::Lambda::Function")
    (timeout,) = [body["Properties"]["Timeout"] for name, body in functions.items() if name[:-8] == function]

    assert longest(calls) < timeout


def longest(calls: Config) -> float:
    """Seconds that one call takes at most, with all its attempts and the pauses between them."""
    settings = vars(calls)
    attempts = settings["retries"]["total_max_attempts"]
    pauses = sum(min(LONGEST_BACKOFF, 2**retry) for retry in range(attempts - 1))
    return attempts * (settings["connect_timeout"] + settings["read_timeout"]) + pauses
