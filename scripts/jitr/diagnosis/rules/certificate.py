"""The certificate itself: AWS IoT looks at it in the TLS handshake, before anything of its own."""

from collections.abc import Iterator

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Facts
from jitr.diagnosis.finding import Cause, Finding

NEW_CERTIFICATE = "The device needs a new certificate: have its request (CSR) signed."


def sign_anew(facts: Facts) -> str:
    """Have the deployed authority sign a new certificate, from a request that is named as the thing."""
    name = facts.thing_name or "device"
    return Commands(facts.place).jitr("sign", f"{name}.csr", f"{name}.crt")


def unusable_certificate(facts: Facts) -> Iterator[Finding]:
    """Find a certificate that no server takes at this moment."""
    leaf = facts.leaf
    if leaf is None:
        return
    if facts.now >= leaf.not_after:
        yield Finding(
            Cause.EXPIRED,
            f"The certificate expired at {leaf.not_after:%Y-%m-%d %H:%M} UTC.",
            since=leaf.not_after,
            advice=NEW_CERTIFICATE,
            mend=(sign_anew(facts),),
        )
    if facts.now < leaf.not_before:
        yield Finding(
            Cause.NOT_YET_VALID,
            f"The certificate is not valid before {leaf.not_before:%Y-%m-%d %H:%M} UTC.",
            advice=f"Wait until then; or: {NEW_CERTIFICATE}",
            mend=(sign_anew(facts),),
        )
    if leaf.unfit is not None:
        yield Finding(
            Cause.UNFIT,
            f"AWS IoT takes no such certificate: {leaf.unfit}.",
            advice="The device needs a new certificate, for a P-256 key: have its request (CSR) signed.",
            mend=(sign_anew(facts),),
        )
