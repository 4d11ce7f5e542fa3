"""MiniStack's inside, as far as the front leans on it; nothing else in the front knows it.

What is used of its IoT services stands in `CONTRACT`. When a new MiniStack has moved something, the server
does not start, and `tests/unit/jitr/test_ministack_contract.py` says what it was.
"""

import asyncio
import inspect
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ministack.core.responses import request_scope  # type: ignore[import-untyped]
from ministack.services import iot, iot_data  # type: ignore[import-untyped]

CONTRACT = {
    "iot._mtls_context": "()",
    "iot._mtls_server_names": "",
    "iot._mtls_handle_conn": "(reader, writer)",
    "iot._mtls_resolve_identity": "(der)",
    "iot._mtls_auto_register": "(der, peername, server_name)",
    "iot._mtls_refusal_reason": "(cert_id)",
    "iot._mqtt_policy_context": "(account_id, region, certificate_id, client_id)",
    "iot._mqtt_policy_allows": (
        "(account_id, region, certificate_id, context, action, resource, provisioning_template)"
    ),
    "iot.broker_publish": (
        "(account_id, region, topic, payload, qos, retain, properties, client_id, principal)"
    ),
    "iot_data._validate_topic": "(topic)",
    "iot_data._publish_properties": "(headers, qp)",
}
"""What is used, and with which parameters it is called."""

ABOUT_THE_CERTIFICATE = "iot:certificate."
NO_VALUE = "\0"  # in no topic; a variable that is left out would stand for itself, as a topic may read, too
NOT_OVER_HTTPS = dict.fromkeys(
    (
        "iot:clientid",
        "iot:connection.thing.isattached",
        "iot:connection.thing.thingname",
        "iot:connection.thing.thingtypename",
    ),
    NO_VALUE,
)

log = logging.getLogger("front")


@dataclass(frozen=True)
class Device:
    """Who is at the other end: certificate (DER), address, and the server name (SNI) it asked for."""

    certificate: bytes
    peer: tuple[str, int] | None
    server_name: str | None

    @property
    def certificate_id(self) -> str:
        """AWS's own id for the certificate."""
        return sha256(self.certificate).hexdigest()


@dataclass(frozen=True)
class Identity:
    """The account and Region in which a certificate is ACTIVE, or of whose template it is a claim."""

    account: str
    region: str
    certificate_id: str
    claim: str | None


@dataclass(frozen=True)
class Message:
    """A message to publish; its MQTT 5 properties are encoded as the broker sends them."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: bytes


class InvalidError(Exception):
    """MiniStack does not take the message; the text says why."""


def moved() -> list[str]:
    """Say what of `CONTRACT` this MiniStack does not have as it is listed."""
    return [
        f"{name}{wanted} is gone" if found is None else f"{name}{wanted} has become {found or 'no function'}"
        for name, wanted in CONTRACT.items()
        if (found := _found(name)) != wanted
    ]


def _found(name: str) -> str | None:
    module, _, attribute = name.partition(".")
    there = getattr({"iot": iot, "iot_data": iot_data}[module], attribute, None)
    if there is None:
        return None
    return f"({', '.join(inspect.signature(there).parameters)})" if callable(there) else ""


async def tls_context(protocols: list[str]) -> ssl.SSLContext | None:
    """Give the MQTT broker's own context: its certificate, and the authorities it knows at each handshake.

    The protocols are named by ALPN on the broker's own port then, too; there they change nothing.
    """
    context: ssl.SSLContext | None = await iot._mtls_context()
    if context:
        context.set_alpn_protocols(protocols)
    return context


def server_name(tls: ssl.SSLObject) -> str | None:
    """Give the server name (SNI) that the client asked for; the context keeps it."""
    name: str | None = iot._mtls_server_names.get(tls)
    return name


async def serve_mqtt(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve a connection as if it had come to the broker's port."""
    await iot._mtls_handle_conn(reader, writer)


def identify(device: Device) -> Identity | None:
    """Give whose the certificate is; None unless it may be used now."""
    found = iot._mtls_resolve_identity(device.certificate)
    if found is None:
        return None
    account, region, claim = found
    return Identity(account, region, device.certificate_id, claim)


async def register(device: Device) -> None:
    """Register just in time, if the certificate is one for it; if not, write down why it is refused."""
    if not await iot._mtls_auto_register(device.certificate, device.peer, device.server_name):
        reason = iot._mtls_refusal_reason(device.certificate_id)
        log.warning("HTTPS: refusing client certificate %s (%s)", device.certificate_id, reason)


def allows(identity: Identity, action: str, topic: str) -> bool:
    """Tell whether the certificate's policies allow an action on a topic.

    Over HTTPS there is no client id, so no variable of a connection or a thing has a value, and a statement
    with one says nothing; what the certificate says has a value.
    """
    owner = (identity.account, identity.region, identity.certificate_id)
    every = iot._mqtt_policy_context(*owner, client_id="")
    context = NOT_OVER_HTTPS | {n: value for n, value in every.items() if n.startswith(ABOUT_THE_CERTIFICATE)}
    return bool(iot._mqtt_policy_allows(*owner, context, action, f"topic/{topic}", identity.claim))


def check_topic(topic: str) -> None:
    """See that a topic is one to publish to over HTTPS.

    Raises:
        InvalidError: it is not.
    """
    _raise_if(iot_data._validate_topic(topic))


def properties(headers: Mapping[str, str], query: Mapping[str, str]) -> bytes:
    """Give the MQTT 5 properties that a request asks for, as the broker sends them.

    Raises:
        InvalidError: one is none that AWS takes.
    """
    found, refusal = iot_data._publish_properties(headers, query)
    _raise_if(refusal)
    return bytes(found)


def _raise_if(refusal: tuple[int, dict[str, str], bytes] | None) -> None:
    if refusal:
        _status, _headers, body = refusal
        raise InvalidError(json.loads(body)["message"])


async def publish(identity: Identity, message: Message) -> None:
    """Deliver to subscribers and topic rules."""
    with request_scope(identity.account, identity.region):
        await iot.broker_publish(
            identity.account,
            identity.region,
            message.topic,
            message.payload,
            qos=message.qos,
            retain=message.retain,
            properties=message.properties,
            principal=identity.certificate_id,
        )
