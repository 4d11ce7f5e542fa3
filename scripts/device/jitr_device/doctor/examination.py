"""Which checks a device gets, in the order in which they make sense."""

from __future__ import annotations

from ..key_holder import EngineKey, KeyHolder, Pkcs11Key, SoftwareKey
from ..tpm_key import TpmKey
from . import holding, identity, network, tools
from .check import Check


def checks_for(holder: KeyHolder) -> list[Check]:
    """Return every check that tells something about a device with this key holder."""
    return [*_programs(holder), *_key(holder), *CERTIFICATE, *NETWORK]


CERTIFICATE = (
    Check("certificate", identity.certificate, needs=("openssl",)),
    Check("certificate's key", identity.belongs, needs=("key", "certificate")),
    Check("validity", identity.validity, needs=("certificate",)),
)

NETWORK = (
    Check("name", network.name),
    Check("clock", network.clock, needs=("name",)),
    Check("server's CA", network.authorities),
    Check("MQTT", network.on("mqtt", "MQTT"), needs=("name", "server's CA")),
    Check("HTTPS", network.on("https", "HTTPS"), needs=("name", "server's CA")),
    Check("ALPN", network.on("alpn", "MQTT or HTTPS by ALPN"), needs=("name", "server's CA")),
)


def _programs(holder: KeyHolder) -> list[Check]:
    loading = []
    if isinstance(holder, EngineKey):
        loading = [Check("engine", tools.engine, needs=("openssl",))]
    if isinstance(holder, TpmKey):
        loading = [Check("provider", tools.provider, needs=("openssl",))]
    speaking = [Check("curl", tools.curl), Check("mosquitto_pub", tools.mosquitto_pub)]
    return [Check("openssl", tools.openssl), *loading, *speaking]


def _key(holder: KeyHolder) -> list[Check]:
    kind = Check("key type", holding.kind, needs=("key",))
    if isinstance(holder, Pkcs11Key):
        return [
            Check("module", holding.module),
            Check("token", holding.token, needs=("module",)),
            Check("PIN", holding.pin),
            Check("key", holding.key, needs=("engine", "token", "PIN")),
            kind,
        ]
    if isinstance(holder, SoftwareKey):
        return [
            Check("key file", holding.permissions),
            Check("key", holding.key, needs=("openssl", "key file")),
            kind,
        ]
    loading = "provider" if isinstance(holder, TpmKey) else "engine"
    return [Check("key", holding.key, needs=(loading,)), kind]
