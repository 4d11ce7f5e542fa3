"""What is spoken on the front's ports, once TLS has shown who the client is."""

import asyncio
import ssl
from http import HTTPStatus

from jitr.local.front import ministack
from jitr.local.front.conversation import Conversation
from jitr.local.front.ministack import Device
from jitr.local.front.publication import Answer, Request, answered

# AWS IoT Core developer guide, "Device communication protocols"
MQTT_BY_ALPN, HTTPS_BY_ALPN = "x-amzn-mqtt-ca", "x-amzn-http-ca"


async def serve_https(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Port 8443 of AWS IoT: publish, as the device that the client's certificate says.

    Only an ACTIVE certificate connects (API reference, "UpdateCertificate"), and it is asked about at each
    request, where AWS ends the connection within minutes.
    """
    device = _device(writer)

    async def respond(request: Request) -> Answer | None:
        if device is None:
            return None
        if identity := ministack.identify(device):
            return await answered(request, identity)
        await ministack.register(device)
        return None

    await Conversation(reader, writer, respond).hold()


async def serve_by_alpn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Port 443 of AWS IoT: what the client's ALPN names; without one AWS takes only signed requests."""
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    protocol = tls.selected_alpn_protocol()
    if protocol == MQTT_BY_ALPN:
        await ministack.serve_mqtt(reader, writer)
    elif protocol == HTTPS_BY_ALPN:
        await serve_https(reader, writer)
    else:
        await Conversation(reader, writer, _unsigned).hold()


async def _unsigned(_request: Request) -> Answer:
    """Answer as AWS was seen to, port 443 and no ALPN: the client's certificate counts for nothing there."""
    return Answer(HTTPStatus.FORBIDDEN, "Missing Authentication Token", "ForbiddenException")


def _device(writer: asyncio.StreamWriter) -> Device | None:
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True)
    if certificate is None:
        return None
    return Device(certificate, writer.get_extra_info("peername"), ministack.server_name(tls))
