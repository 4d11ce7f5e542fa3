"""How long a function spends on making its clients, wherever it makes them."""

import functools
import time
from dataclasses import dataclass
from typing import Any


@dataclass
class Making:
    """Seconds spent on making clients so far."""

    seconds: float = 0.0


def timed(session: Any) -> Making:  # noqa: ANN401  botocore's Session class, which the caller imports by the clock
    """Time every client that sessions of this process make from now on."""
    making, create_client = Making(), session.create_client

    @functools.wraps(create_client)
    def timed_create_client(*names: Any, **options: Any) -> Any:  # noqa: ANN401  botocore's own
        begun = time.monotonic()
        try:
            return create_client(*names, **options)
        finally:
            making.seconds += time.monotonic() - begun

    session.create_client = timed_create_client
    return making
