"""Two runs of the function at once, in an order that the test decides: no clock, no chance.

Each run stops before every call to AWS until it is told to go on, and only one of them ever moves.
"""

from collections.abc import Callable
from functools import partial
from threading import Semaphore, Thread, current_thread

from tests.unit.registration.boundary import Call, Killed
from tests.unit.registration.world import Device, World

PATIENCE = 30.0
"""Seconds after which a run that does not come back is a failure of the test."""


class Stepped(Thread):
    """A run that stops before each of its calls."""

    def __init__(self, run: Callable[[], list[str]]) -> None:
        super().__init__(daemon=True)
        self._work = run
        self._go, self._stopped = Semaphore(0), Semaphore(0)
        self.failed: list[str] = []
        """The messages that must come again."""
        self.done = False
        self._dies = False
        self.start()

    def run(self) -> None:
        """Work, as a thread; not called by tests."""
        self._go.acquire()
        try:
            self.failed = self._work()
        except Killed:
            pass
        finally:
            self.done = True
            self._stopped.release()

    def wait(self) -> None:
        """Stop, in the run's own thread, until told to go on."""
        self._stopped.release()
        assert self._go.acquire(timeout=PATIENCE)
        if self._dies:
            raise Killed

    def advance(self, calls: int) -> None:
        """Let it make so many calls, and stop before the next; or end."""
        for _ in range(calls + 1):
            if not self.done:
                self._go.release()
                assert self._stopped.acquire(timeout=PATIENCE)

    def finish(self) -> None:
        """Let it come to its end."""
        while not self.done:
            self.advance(0)
        self.join(PATIENCE)

    def die(self) -> None:
        """Let it make no other call, ever."""
        self._dies = True
        self.finish()


def stop_before_call(_call: Call) -> None:
    """Stop the run that makes the call; to be set as the function's `before_call`."""
    thread = current_thread()
    if isinstance(thread, Stepped):
        thread.wait()


def race(world: World, *runners: tuple[Device, int]) -> bool:
    """Let a run for each device make so many calls, in this order, and then each come to its end.

    Tells whether each was stopped on its way; where one was not, more steps of the last make no other order.
    """
    world.function.before_call = stop_before_call
    runs = [(Stepped(partial(world.deliver, device)), steps) for device, steps in runners]
    for run, steps in runs:
        run.advance(steps)
    stopped = not any(run.done for run, _ in runs)
    for run, _ in runs:
        run.finish()
    world.function.recovers()
    return stopped


def steps_after(first_steps: int, steps: range) -> range:
    """Give the steps of a second run that make orders of their own.

    With none, the runs come one after the other, however many steps the first had made.
    """
    return steps[1:] if first_steps else steps
