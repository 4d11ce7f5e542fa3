"""What the registration function did during one scenario, read from the proxy's journal."""

import time
from collections import Counter
from collections.abc import Collection, Iterable

from benchmarks.fleet.identity import Identity
from benchmarks.proxy.journal import Call, Tail
from benchmarks.proxy.process import RunningProxy

LOOKED_EVERY = 0.2  # seconds


class Watch:
    """The calls since a scenario began."""

    def __init__(self, proxy: RunningProxy) -> None:
        self.began = time.monotonic()
        self.began_at = time.time()
        """Seconds since the epoch, as logs have it."""
        self._tail = Tail(proxy.journal, from_end=True)
        self._calls: list[Call] = []

    @property
    def calls(self) -> list[Call]:
        """All calls until now."""
        self._calls += self._tail.new()
        return self._calls

    def activations(self, identities: Iterable[Identity]) -> dict[str, list[float]]:
        """Give, for each that was set ACTIVE, when that took effect, of `time.monotonic()`."""
        wanted = {identity.id for identity in identities}
        found: dict[str, list[float]] = {}
        for call in self.calls:
            if call.activation and call.certificate_id in wanted:
                found.setdefault(call.certificate_id, []).append(call.at)
        return found

    def await_active(self, identities: Collection[Identity], patience: float) -> int:
        """Wait until all were set ACTIVE, or `patience` seconds are over; give how many were.

        The journal is asked and not AWS: reading thousands of certificates twice a second would take from the
        function the very processor time that it is measured on.
        """
        until = time.monotonic() + patience
        while (count := len(self.activations(identities))) < len(identities) and time.monotonic() < until:
            time.sleep(LOOKED_EVERY)
        return count

    def rate(self, identities: Iterable[Identity]) -> float:
        """Give the devices per second from the first activation to the last; 0 for fewer than two."""
        firsts = sorted(min(times) for times in self.activations(identities).values())
        return (len(firsts) - 1) / (firsts[-1] - firsts[0]) if len(firsts) > 1 else 0.0

    def counts(self) -> dict[str, int]:
        """Count the calls by operation, and those that were throttled or failed on purpose."""
        calls = self.calls
        operations = Counter(f"{call.service}:{call.operation}" for call in calls)
        return {
            **dict(sorted(operations.items())),
            "throttled": sum(call.throttled for call in calls),
            "failed on purpose": sum(call.failed_on_purpose for call in calls),
        }
