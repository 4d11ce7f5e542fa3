"""What is worth knowing about a device, and stands in nobody's way."""

from collections.abc import Iterator

from jitr.diagnosis.diagnosis import Answer, Diagnosis
from jitr.diagnosis.facts import Authority, Facts, RegisteredCa
from jitr.diagnosis.part import known
from records.state import TOMBSTONES


def notes(diagnosis: Diagnosis) -> Iterator[str]:
    """Say it, a sentence each."""
    facts = diagnosis.facts
    common_name = facts.leaf.common_name if facts.leaf else None
    if facts.thing_name and common_name and common_name != facts.thing_name:
        yield (
            f"the certificate's common name is {common_name}, its thing is {facts.thing_name}: the device "
            f"must connect with the client id {facts.thing_name}"
        )
    if facts.leaf and facts.record is None and facts.thing_name is None:
        yield f"the subject {facts.leaf.subject} alone makes no thing's name; a record would say it"
    if facts.certificate_id and facts.certificate is None and diagnosis.answer is not Answer.NOTHING:
        yield "AWS IoT has not seen this certificate yet: it would be registered when the device connects"
    yield from _of_authority(facts)
    record = known(facts.record)
    if facts.status == "ACTIVE" and record and record.state in TOMBSTONES:
        yield f"the certificate is ACTIVE at AWS IoT, though its record says {record.state}"
    letters = known(facts.way.dead_letters)
    if letters and letters.looked_at < letters.about_in_all:
        yield f"of about {letters.about_in_all} dead letters {letters.looked_at} were looked at"


def _of_authority(facts: Facts) -> Iterator[str]:
    authority = facts.authority
    if not isinstance(authority, Authority):
        return
    if isinstance(authority.held, RegisteredCa) and authority.held.mode == "SNI_ONLY" and not facts.status:
        yield f"the {authority.said} is in SNI_ONLY mode: the device must name its endpoint (SNI)"
    if authority.rivals:
        yield f"{len(authority.rivals)} more of the account have the subject {authority.subject}"
