"""What the proxy does to calls; it may be changed while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from benchmarks.proxy.buckets import DEFAULT_RATES
from benchmarks.proxy.faults import Faults


@dataclass(frozen=True)
class Settings:
    """Rates by operation of AWS IoT's (calls a second), and faults."""

    rates: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_RATES))
    faults: Faults = Faults()  # noqa: RUF009  frozen

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """Read them from JSON; what is left out is as by default.

        Raises:
            ValueError: an unknown word, or a number that cannot be.
        """
        try:
            given = dict(fields)
            if "faults" in given:
                given["faults"] = Faults(**given["faults"])
            return cls(**given)
        except TypeError as error:
            raise ValueError(f"these are no settings of the proxy: {error}") from None

    def fields(self) -> dict[str, Any]:
        """Write them as JSON can hold them."""
        return asdict(self) | {"rates": dict(self.rates)}
