"""What the role IssuanceIssuerRole is for: requests signed, one by one and many at once."""

import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from fleet import request
from workplace import Workplace, must

FUNCTION = "IssuanceIssuerFunction"


def requests_are_signed(place: Workplace) -> None:
    """Sign one, another for the same thing, and two at once, with nothing known from before.

    Raises:
        Broken: one was not signed.
    """
    place.start_afresh(FUNCTION)
    thing = a_name()
    signed(place, thing)
    signed(place, thing)
    answers = place.call(FUNCTION, {"csrs": [a_request(a_name()), a_request(a_name())]})["answers"]
    must(all("certificate" in answer for answer in answers), answers)


def signed(place: Workplace, thing: str) -> None:
    """Have a request signed."""
    answer = place.call(FUNCTION, {"csr": a_request(thing)})
    must("certificate" in answer, answer)


def a_request(thing: str) -> str:
    """A request with a new key."""
    return request(thing, ec.generate_private_key(ec.SECP256R1()))


def a_name() -> str:
    """A thing's name that nobody has."""
    return f"pared-{secrets.token_hex(6)}"
