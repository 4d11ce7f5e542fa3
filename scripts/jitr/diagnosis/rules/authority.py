"""The authority: AWS IoT registers an unknown certificate only if it knows who signed it, and lets them."""

from collections.abc import Iterator

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Authority, Facts, RegisteredCa
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread
from jitr.diagnosis.rules.certificate import NEW_CERTIFICATE, sign_anew

CLOSED_ON_PURPOSE = ("closed", "retired")
AGAIN = "Afterwards, let the device connect again."


def closed_authority(facts: Facts) -> Iterator[Finding]:
    """Find an authority that AWS IoT does not know, or that lets no new device in."""
    authority = facts.authority
    if authority is None or isinstance(authority, Unread):
        return
    if authority.signed is False:
        yield _not_signed(facts, authority)
    elif authority.held is None:
        yield _unknown(facts, authority)
    elif isinstance(authority.held, RegisteredCa):
        yield from _not_open(facts, authority, authority.held)


def of_nobody(facts: Facts) -> bool:
    """Tell whether no authority that is known here made the certificate: it has no record then."""
    authority = facts.authority
    if not isinstance(authority, Authority):
        return False
    return authority.signed is False or (authority.held is None and authority.name is None)


def _not_signed(facts: Facts, authority: Authority) -> Finding:
    others = f" Nor did any of {len(authority.rivals)} others of that name." if authority.rivals else ""
    return Finding(
        Cause.NOT_SIGNED,
        f"The certificate names {authority.said} as its issuer ({authority.subject}), but that authority's "
        f"key did not sign it.{others}",
        advice=NEW_CERTIFICATE,
        mend=(sign_anew(facts),),
    )


def _unknown(facts: Facts, authority: Authority) -> Finding:
    commands, environment = Commands(facts.place), facts.place.environment
    says = f"AWS IoT does not hold the {authority.said} in {facts.place.region}, so it drops its devices."
    if authority.name is not None:
        return Finding(
            Cause.UNKNOWN_AUTHORITY, says, advice="Register it anew by a deploy.", mend=(commands.recheck,)
        )
    return Finding(
        Cause.UNKNOWN_AUTHORITY,
        says,
        advice=f"If it is yours, add it to environments/{environment}.toml as an authority with custody = "
        f'"external", deploy, and record its certificates (jitr issued import). If not: {NEW_CERTIFICATE}',
        mend=(commands.deploy, sign_anew(facts)),
    )


def _not_open(facts: Facts, authority: Authority, held: RegisteredCa) -> Iterator[Finding]:
    off = held.auto_registration != "ENABLE"
    if held.status != "ACTIVE":
        too = ", and its auto-registration is off" if off else ""
        yield _shut(facts, authority, held, Cause.AUTHORITY_INACTIVE, f"is {held.status}{too}")
    elif off:
        yield _shut(facts, authority, held, Cause.AUTO_REGISTRATION_OFF, "has auto-registration switched off")
    if held.template is not None:
        yield _shut(
            facts,
            authority,
            held,
            Cause.PROVISIONING_TEMPLATE,
            f"has the provisioning template {held.template}: AWS IoT provisions its devices by that, and "
            "announces none of them to this environment",
        )


def _shut(facts: Facts, authority: Authority, held: RegisteredCa, cause: Cause, what: str) -> Finding:
    """Say that an authority admits nobody; where the environment's file wants it so, that is said."""
    says = f"The {authority.said} {what}: no device that it never saw comes in."
    commands, environment = Commands(facts.place), facts.place.environment
    if authority.state in CLOSED_ON_PURPOSE:
        return Finding(
            cause,
            f"{says} environments/{environment}.toml wants it so (state = {authority.state!r}).",
            since=held.changed,
            advice='Set its state to "trusted" there, and deploy; or sign a new certificate by the issuing '
            "authority.",
            mend=(commands.deploy, sign_anew(facts)),
        )
    if authority.name is not None:
        return Finding(cause, says, since=held.changed, advice=AGAIN, mend=(commands.recheck,))
    return Finding(
        cause, says, since=held.changed, advice=AGAIN, mend=_by_hand(commands, str(authority.id), cause)
    )


def _by_hand(commands: Commands, authority: str, cause: Cause) -> tuple[str, ...]:
    opened = commands.aws(
        "iot update-ca-certificate",
        certificate_id=authority,
        new_status="ACTIVE",
        new_auto_registration_status="ENABLE",
    )
    if cause is not Cause.PROVISIONING_TEMPLATE:
        return (opened,)
    removed = commands.aws(
        "iot update-ca-certificate", "--remove-auto-registration", certificate_id=authority
    )
    return (removed, opened)
