"""What each outcome means to the person at the device, and what to do about it."""

from __future__ import annotations

import sys

from .outcome import Attempt, Outcome
from .publication import Publication

EXPECTED_FIRST_DROP = "no answer, closed: expected the first time, AWS IoT is now registering the certificate"
DROPPED_AGAIN = "no answer, closed: the certificate is not ACTIVE yet, or no policy lets it connect"

MEANINGS = {
    Outcome.ACCEPTED: "accepted on topic {topic}",
    Outcome.DROPPED: "still dropped without an answer: the certificate was not activated, or no policy lets"
    " {thing} connect. An operator can ask: aws iot describe-certificate --certificate-id {certificate_id}",
    Outcome.RESET: "{where} or the network broke the connection off before an answer: check the network; an"
    " endpoint that refuses this device's certificate can look like this too",
    Outcome.CONNECT_REFUSED: "the endpoint answered the CONNECT of {thing} with a refusal: the certificate is"
    " not ACTIVE, or the policy does not let this client id connect",
    Outcome.PUBLISH_REFUSED: "connected, but the publish was refused: the policy does not let {thing} publish"
    " to {topic} (a device may use the topics below its own name)",
    Outcome.BUSY: "{where} is there, and asks to come back later",
    Outcome.UNREACHABLE: "{where} does not take connections: check the network, the endpoint, the port,"
    " and firewalls",
    Outcome.NO_ANSWER: "no answer from {where} in time: check firewalls, or raise --timeout",
    Outcome.NAME_NOT_RESOLVED: "{endpoint} has no address: check its spelling (jitr endpoint prints it), and"
    " name resolution on this device",
    Outcome.SERVER_NOT_TRUSTED: "the certificate of {where} is not signed by {server_ca}, or is for another"
    " name, or this device's clock is wrong. At AWS the server is signed by Amazon's root CAs (the default),"
    " never by the fleet's own CA; see --server-ca",
    Outcome.CERTIFICATE_REFUSED: "{where} refused this device's certificate in the TLS handshake: its CA is"
    " not registered there, or it has expired, or is not yet valid",
    Outcome.ENGINE_MISSING: "{holder} cannot be loaded: install its package (zymkey_ssl: libzymkeyssl;"
    " pkcs11: libengine-pkcs11-openssl). OpenSSL 4 has no engines; curl 8.14.0 and 8.14.1 cannot use them",
    Outcome.KEY_UNUSABLE: "the key ({holder}) cannot be used with {certificate}: it is not there, needs a PIN"
    " (--pin-file), or is another key than the certificate's",
    Outcome.FAILED: "failed in a way that this command does not know: doctor looks at each part, and --show"
    " prints the line to run by hand",
}


def advice(outcome: Outcome, publication: Publication, certificate_id: str) -> str:
    """Return the sentence that ends the command."""
    return MEANINGS[outcome].format(
        endpoint=publication.endpoint,
        where=f"{publication.endpoint}:{publication.port}",
        thing=publication.thing,
        topic=publication.topic,
        server_ca=publication.server_ca,
        certificate=publication.certificate,
        certificate_id=certificate_id,
        holder=publication.holder.label,
    )


def tell(attempt: Attempt, number: int, *, to_stderr: bool) -> None:
    """Print how attempt `number` went, on one line."""
    text = attempt.detail
    if attempt.outcome is Outcome.DROPPED:
        text = EXPECTED_FIRST_DROP if number == 1 else DROPPED_AGAIN
    stream = sys.stderr if to_stderr else sys.stdout
    print(f"attempt {number}: {attempt.outcome.value}: {text}", file=stream, flush=True)
