"""The authority of a certificate: the environment's, the account's, or nobody's that AWS IoT knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jitr.diagnosis.facts import Authority, RegisteredCa
from jitr.diagnosis.leaf import Leaf, read_leaf, signed_by
from jitr.diagnosis.part import Unread
from jitr.diagnosis.reading.reader import Reader, missing_is_none, paged
from jitr.environment_authorities import DeployedAuthority
from pki.identity import pem


@dataclass(frozen=True)
class Candidate:
    """An authority that may be the one."""

    authority: Authority
    pem: str


def authority(
    reader: Reader, leaf: Leaf | None, named: str | None, deployed: Mapping[str, DeployedAuthority]
) -> Authority | None:
    """Find who signed a certificate, and how that authority stands at AWS IoT.

    Args:
        reader: of the environment.
        leaf: the certificate, where it is at hand.
        named: certificate id of the authority that AWS IoT or the record names.
        deployed: the environment's authorities.

    Returns:
        None where there is neither a certificate nor a name.
    """
    if named is None and leaf is None:
        return None
    own = [_of_environment(reader, each) for each in deployed.values()]
    found = _by_id(reader, own, named) if named else _by_signature(reader, own, leaf)
    if found is None:
        return Authority(named, leaf.issuer if leaf else "unknown")
    signed = signed_by(leaf, found.pem) if leaf else None
    return replace(found.authority, signed=signed)


def _by_id(reader: Reader, own: list[Candidate], named: str) -> Candidate | None:
    for candidate in own:
        if candidate.authority.id == named:
            held = reader.attempt("the authority at AWS IoT", lambda: _registered(reader, named))
            known = held[0] if isinstance(held, tuple) else held
            return Candidate(replace(candidate.authority, held=known), candidate.pem)
    return _of_account(reader, named)


def _by_signature(reader: Reader, own: list[Candidate], leaf: Leaf | None) -> Candidate | None:
    """Look for the authority that signed it among those of the issuer's name; else, for one of that name."""
    if leaf is None:
        return None
    named = [candidate for candidate in own if candidate.authority.subject == leaf.issuer]
    signer = _signer(named, leaf)
    if signer is None:
        known = {candidate.authority.id for candidate in own}
        others = [each for each in _account(reader, known) if each.authority.subject == leaf.issuer]
        signer = _signer(others, leaf)
        named += others
    chosen = signer or (named[0] if named else None)
    if chosen is None:
        return None
    rivals = tuple(str(each.authority.id) for each in named if each is not chosen)
    found = _by_id(reader, own, str(chosen.authority.id)) or chosen
    return Candidate(replace(found.authority, rivals=rivals), found.pem)


def _signer(candidates: list[Candidate], leaf: Leaf) -> Candidate | None:
    return next((candidate for candidate in candidates if signed_by(leaf, candidate.pem)), None)


def _of_environment(reader: Reader, deployed: DeployedAuthority) -> Candidate:
    wanted = reader.target.settings.authorities.get(deployed.name)
    return Candidate(
        Authority(
            deployed.id,
            deployed.certificate.subject.rfc4514_string(),
            name=deployed.name,
            state=wanted.state if wanted else None,
        ),
        pem(deployed.certificate),
    )


def _of_account(reader: Reader, id_: str) -> Candidate | None:
    found = reader.attempt("the authority at AWS IoT", lambda: _registered(reader, id_))
    if isinstance(found, Unread):
        return Candidate(Authority(id_, "unknown", held=found), "")
    return Candidate(Authority(id_, _subject(found[1]), held=found[0]), found[1]) if found else None


def _account(reader: Reader, known: set[str | None]) -> Iterator[Candidate]:
    """Read the account's other authorities, one by one: AWS IoT lists no subjects."""
    for listed in paged(reader.iot, "list_ca_certificates", "certificates"):
        if listed["certificateId"] not in known:
            found = _of_account(reader, listed["certificateId"])
            if found is not None:
                yield found


def _registered(reader: Reader, id_: str) -> tuple[RegisteredCa, str] | None:
    answer = missing_is_none(lambda: reader.iot.describe_ca_certificate(certificateId=id_))
    if answer is None:
        return None
    found = answer["certificateDescription"]
    held = RegisteredCa(
        status=found["status"],
        auto_registration=found.get("autoRegistrationStatus", "DISABLE"),
        template=answer.get("registrationConfig", {}).get("templateName"),
        changed=found.get("lastModifiedDate"),
        mode=found.get("certificateMode", "DEFAULT"),
    )
    return held, found["certificatePem"]


def _subject(text: str) -> str:
    read = read_leaf(text)
    return read.subject if read else "unknown"
