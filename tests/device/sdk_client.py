"""A device's program with AWS's own SDK: `python -m tests.device.sdk_client '{"endpoint": …}'`.

Each line of stdin is published (QoS 1) to <client id>/hello. It says `connected`, `acknowledged` for each
message, `interrupted` when the connection was lost, and `disconnected` at the end of stdin. It runs in a
process of its own, since a PKCS#11 module belongs to the process that loaded it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from awscrt.io import Pkcs11Lib
from awscrt.mqtt import Connection, QoS
from awsiot import mqtt_connection_builder

SECONDS = 30


def connection(given: dict[str, Any]) -> Connection:
    usual = {
        "endpoint": given["endpoint"],
        "port": given["port"],
        "ca_filepath": given["server_ca"],
        "client_id": given["client_id"],
        "cert_filepath": given["certificate"],
        "on_connection_interrupted": lambda **_: say("interrupted"),
    }
    if "key" in given:
        return mqtt_connection_builder.mtls_from_path(pri_key_filepath=given["key"], **usual)
    return mqtt_connection_builder.mtls_with_pkcs11(
        pkcs11_lib=Pkcs11Lib(file=given["module"]),
        user_pin=given["pin"],
        token_label=given["token"],
        private_key_label="device-key",
        **usual,
    )


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    given = json.loads(sys.argv[1])
    talking = connection(given)
    talking.connect().result(SECONDS)
    say("connected")
    for line in sys.stdin:
        sent, _ = talking.publish(f"{given['client_id']}/hello", line.strip(), QoS.AT_LEAST_ONCE)
        sent.result(SECONDS)
        say("acknowledged")
    talking.disconnect().result(SECONDS)
    say("disconnected")


if __name__ == "__main__":
    main()
