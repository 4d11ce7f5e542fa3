"""The three MQTT 3.1.1 packets that it takes to see whether a device is let in.

http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html, sections 3.1, 3.2 and 3.14.
"""

CONNACK_ACCEPTED = b"\x20\x02\x00\x00"
"""No session present, return code 0. AWS IoT sends no other: whom it refuses, it drops."""
DISCONNECT = b"\xe0\x00"

PROTOCOL = b"\x00\x04MQTT\x04"
CLEAN_SESSION = b"\x02"
KEEP_ALIVE = (60).to_bytes(2, "big")
"""Seconds; longer than any connection here stays."""
LONGEST_CLIENT_ID = 128
"""Characters of a client id at AWS IoT ("AWS IoT Core message broker and protocol limits")."""


def connect(client_id: str) -> bytes:
    """Write the CONNECT packet of a device whose client id is its thing's name.

    Raises:
        ValueError: the client id is empty or longer than AWS IoT takes.
    """
    name = client_id.encode()
    if not 1 <= len(name) <= LONGEST_CLIENT_ID:
        raise ValueError(f"client id {client_id!r:.200} has {len(name)} bytes, expected 1 to 128")
    body = PROTOCOL + CLEAN_SESSION + KEEP_ALIVE + len(name).to_bytes(2, "big") + name
    return b"\x10" + _length(len(body)) + body


def _length(remaining: int) -> bytes:
    """Write a remaining length: seven bits a byte, lowest first (section 2.2.3)."""
    low, rest = remaining % 128, remaining // 128
    return bytes([low | 0x80]) + _length(rest) if rest else bytes([low])
