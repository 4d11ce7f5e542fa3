"""All certificates of a thing, with those that were signed for it and never came.

Neither the thing at AWS IoT nor its holder leads to these. The records are kept by certificate, and their
index has them by authority and state; so one walk through those that wait serves all things that are named.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from botocore.exceptions import BotoCoreError, ClientError

from contract import RECORD_KEY
from jitr.aws_errors import explained
from jitr.devices.desk import Desk
from jitr.devices.named import Named, certificates
from jitr.devices.recorded import recorded
from jitr.environment_authorities import deployed_authorities
from jitr.failure import FailureError
from records.reading import UnansweredRead
from records.state import State

WAITING = State.ISSUED, State.ACTIVATING
"""States of certificates that a thing need not have yet; in this order, in which records go through them."""


@dataclass
class NeverCame:
    """Finds what was signed for some things, once for all of them; safe to be used by several threads."""

    desk: Desk
    things: frozenset[str]
    _waiting: Mapping[str, Sequence[str]] | None = None
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, desk: Desk, names: Iterable[Named]) -> "NeverCame":
        """For the things among these names."""
        return cls(desk, frozenset(name.thing_name for name in names if name.thing_name is not None))

    def certificates(self, name: Named) -> Iterator[str]:
        """Give the ids of the certificates that are meant: by a thing's name, all that it has or may get.

        Where those that never came cannot be found, it gives those that the thing has, and fails then.

        Raises:
            FailureError: the thing has none, or those that never came cannot be found.
            botocore's errors: a call failed that looks for those that it has.
        """
        if name.certificate_id is not None:
            yield name.certificate_id
            return
        waiting: Sequence[str] = ()
        problem = None
        try:
            # Before it is looked what the thing has: one that comes meanwhile is found there.
            waiting = self._for(str(name.thing_name))
        except (FailureError, UnansweredRead) as error:
            problem = str(error)
        except (ClientError, BotoCoreError) as error:
            problem = explained(error)
        yield from certificates(self.desk, name, waiting)
        if problem is not None:
            raise FailureError(f"what was signed for it and never came could not be looked for: {problem}")

    def _for(self, thing_name: str) -> Sequence[str]:
        with self._lock:
            if self._waiting is None:
                self._waiting = self._walk()
        return self._waiting.get(thing_name, ())

    def _walk(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for authority in deployed_authorities(self.desk.target).values():
            for state in WAITING:
                for item, _ in recorded(self.desk.records, authority.id, state):
                    thing_name = item.get("thing_name", {}).get("S", "")
                    if thing_name in self.things:
                        found[thing_name].append(item[RECORD_KEY]["S"])
        return found
