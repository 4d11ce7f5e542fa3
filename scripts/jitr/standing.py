"""How the authorities of an environment stand: what the file says, what AWS holds, what was signed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from contract import Openness, Output
from jitr.authorities import RegisteredAuthority, every
from jitr.deployed import outputs
from jitr.environment_authorities import DeployedAuthority, deployed_authorities
from jitr.failure import FailureError
from jitr.target import Target
from jitr_stack.authorities import Authority
from pki.identity import certificate_id
from pki.keys import algorithm_of
from records.state import State
from records.table import IssuanceRecords

EXPECTED = {
    Openness.OPEN: ("ACTIVE", "ENABLE"),
    Openness.CLOSED: ("ACTIVE", "DISABLE"),
    Openness.RETIRED: ("INACTIVE", "DISABLE"),
}
"""Status and auto-registration at AWS IoT that an authority's state asks for."""


@dataclass(frozen=True)
class Counts:
    """An authority's certificates, by the issuance records: all, not yet connected, and active."""

    issued: int
    waiting: int
    active: int

    @property
    def in_use(self) -> int:
        """Certificates that the authority is still needed for."""
        return self.waiting + self.active


@dataclass(frozen=True)
class Standing:
    """One authority; `name` is None for one at AWS IoT that is not of this environment.

    `wanted` is what the environment's file says, `deployed` what its parameters hold, `registered` what
    AWS IoT holds; each is None where it is not there. `counts` is None while no stack is deployed.
    """

    name: str | None
    wanted: Authority | None = None
    deployed: DeployedAuthority | None = None
    registered: RegisteredAuthority | None = None
    counts: Counts | None = None

    @property
    def state(self) -> str | None:
        """The state in the environment's file."""
        return self.wanted.state if self.wanted else None

    @property
    def certificate(self) -> x509.Certificate | None:
        """The authority's certificate, once there is one."""
        if self.deployed:
            return self.deployed.certificate
        return self.registered.x509 if self.registered else None

    @property
    def days_left(self) -> int | None:
        """Whole days until the certificate ends; negative after it."""
        if self.certificate is None:
            return None
        return (self.certificate.not_valid_after_utc - datetime.now(UTC)).days

    def mismatches(self) -> list[str]:
        """Say where AWS is not as the file says."""
        if self.name is None:
            return []
        if self.wanted is None:
            return ["not in the environment's file: it was kept when it was taken out"]
        if self.deployed is None:
            return ["not deployed yet"]
        if self.registered is None:
            return ["AWS IoT does not hold it: it was deleted there"]
        return [*_registration(self.wanted, self.registered), *_certificate(self.wanted, self.deployed)]

    def fields(self) -> dict[str, object]:
        """Give all of it by name; times are ISO 8601."""
        certificate, wanted, registered = self.certificate, self.wanted, self.registered
        counts = self.counts
        return {
            "name": self.name,
            "state": self.state,
            "custody": wanted.custody.value if wanted else None,
            "algorithm": algorithm_of(certificate.public_key()) if certificate else None,
            "certificate_id": certificate_id(certificate) if certificate else None,
            "arn": registered.arn if registered else None,
            "subject": certificate.subject.rfc4514_string() if certificate else None,
            "status": registered.status if registered else None,
            "auto_registration": registered.auto_registration if registered else None,
            "mode": registered.mode if registered else None,
            "not_after": certificate.not_valid_after_utc.isoformat() if certificate else None,
            "days_left": self.days_left,
            "certificates_issued": counts.issued if counts else None,
            "certificates_waiting": counts.waiting if counts else None,
            "certificates_active": counts.active if counts else None,
            "mismatches": self.mismatches(),
        }


def standings(target: Target) -> list[Standing]:
    """Look at every authority: the environment's in the order of its file, then others at AWS IoT."""
    deployed = deployed_authorities(target)
    held = {each.certificate_id: each for each in every(target.iot)}
    records = _records(target)
    wanted = target.settings.authorities
    own = [
        _standing(name, wanted.get(name), deployed.get(name), held, records)
        for name in [*wanted, *sorted(deployed.keys() - wanted.keys())]
    ]
    others = held.keys() - {each.id for each in deployed.values()}
    return own + [
        Standing(None, registered=each, counts=_counts(id_, records))
        for id_, each in held.items()
        if id_ in others
    ]


def _standing(
    name: str,
    wanted: Authority | None,
    deployed: DeployedAuthority | None,
    held: dict[str, RegisteredAuthority],
    records: IssuanceRecords | None,
) -> Standing:
    id_ = deployed.id if deployed else None
    counts = _counts(id_, records) if id_ else None
    return Standing(name, wanted, deployed, held.get(id_ or ""), counts)


def _counts(issuer: str, records: IssuanceRecords | None) -> Counts | None:
    if records is None:
        return None
    return Counts(
        records.count(issuer), records.count(issuer, State.ISSUED), records.count(issuer, State.REGISTERED)
    )


def _records(target: Target) -> IssuanceRecords | None:
    try:
        table = outputs(target).get(Output.ISSUANCE_RECORDS)
    except FailureError:  # nothing is deployed
        return None
    return IssuanceRecords(target.session.client("dynamodb"), table) if table else None


def _registration(wanted: Authority, registered: RegisteredAuthority) -> list[str]:
    status, auto_registration = EXPECTED[wanted.openness]
    said = [
        (f"{name} is {found}, but {wanted.state} means {expected}")
        for name, found, expected in (
            ("status", registered.status, status),
            ("auto-registration", registered.auto_registration, auto_registration),
        )
        if found != expected
    ]
    if registered.mode != wanted.mode:
        said.append(f"its mode is {registered.mode}, the file says {wanted.mode}")
    return said


def _certificate(wanted: Authority, deployed: DeployedAuthority) -> list[str]:
    if wanted.certificate is not None:
        given = x509.load_pem_x509_certificates(wanted.certificate.encode())[0]
        differs = given != deployed.certificate
        return ["another certificate is deployed than the file names"] if differs else []
    found = algorithm_of(deployed.certificate.public_key())
    if found is not wanted.algorithm:
        return [f"its key is {found}, the file says {wanted.algorithm}"]
    return []
