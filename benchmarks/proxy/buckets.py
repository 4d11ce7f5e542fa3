"""Token buckets: how often an operation may be called."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

DEFAULT_RATES: Mapping[str, float] = MappingProxyType(
    {
        "AddThingToThingGroup": 100,
        "AttachPolicy": 15,
        "AttachThingPrincipal": 100,
        "CreateThing": 100,
        "DescribeCertificate": 10,
        "DescribeThing": 350,
        "RegisterCertificate": 10,
        "UpdateCertificate": 10,
    }
)
"""Calls a second of AWS IoT's control plane in an account that asked for no more.

https://docs.aws.amazon.com/general/latest/gr/iot-core.html, "AWS IoT Core API throttling limits".
"""


class TokenBucket:
    """Lets `rate` calls a second through, and after a pause one second's worth of them at once.

    How large a burst AWS allows is written nowhere; with less than one second's worth, calls that come
    together once a second would never reach the rate.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = self._capacity = max(rate, 1.0)
        self._filled_at = clock()

    def take(self) -> bool:
        """Take a token if there is one; a call that is refused takes none."""
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Quotas:
    """One bucket for each operation that has a rate; others are free."""

    def __init__(self, rates: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._buckets = {operation: TokenBucket(rate, clock) for operation, rate in rates.items()}

    def allow(self, operation: str) -> bool:
        """Tell whether a call may go on, and count it if so."""
        bucket = self._buckets.get(operation)
        return bucket is None or bucket.take()
