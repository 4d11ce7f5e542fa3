"""The fleet's devices: their packets, and when they come back."""

import asyncio
import time
from typing import Any

import pytest

from benchmarks.fleet import packets
from benchmarks.fleet.connection import Answer, Attempt
from benchmarks.fleet.load import AllTheTime, Arrival, Once, UntilAccepted, arrive


class Lamp:
    """A device that is let in at its n-th connection."""

    def __init__(self, accepted_at: int) -> None:
        self.accepted_at = accepted_at
        self.connections = 0

    async def connect(self) -> Attempt:
        self.connections += 1
        answer = Answer.ACCEPTED if self.connections == self.accepted_at else Answer.DROPPED
        return Attempt(answer, sent=float(self.connections), answered=self.connections + 0.5)


def coming(device: Any, policy: Any) -> Arrival:
    (arrival,) = asyncio.run(arrive([device], policy))
    return arrival


def test_connect_packet_is_one_of_mqtt_3_1_1() -> None:
    assert packets.connect("lamp") == b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04lamp"


def test_length_beyond_127_bytes_takes_two() -> None:
    assert packets.connect("n" * 128)[:3] == b"\x10\x8c\x01"


@pytest.mark.parametrize("name", ["", "n" * 129])
def test_client_id_that_no_thing_has_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to 128"):
        packets.connect(name)


def test_device_that_connects_once_is_not_seen_again() -> None:
    arrival = coming(Lamp(accepted_at=2), Once())

    assert (arrival.connects, arrival.first_connect, arrival.accepted) == (1, 1.0, None)


def test_device_comes_back_until_it_is_accepted() -> None:
    arrival = coming(Lamp(accepted_at=4), UntilAccepted(time.monotonic() + 60, first=0.001))

    assert (arrival.connects, arrival.first_connect, arrival.accepted) == (4, 1.0, 4.5)


def test_device_gives_up_at_the_deadline() -> None:
    arrival = coming(Lamp(accepted_at=4), UntilAccepted(time.monotonic() - 1))

    assert (arrival.connects, arrival.accepted) == (1, None)


def test_device_that_comes_all_the_time_comes_back_though_accepted() -> None:
    arrival = coming(Lamp(accepted_at=1), AllTheTime(time.monotonic() + 0.2, every=0.01))

    assert arrival.connects > 3
