"""The issuance function: a request in, a certificate out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from issuance.issue import Terms, issue
from issuance.issuer import Issuer, IssuerSource
from issuance.settings import Settings, read_settings
from pki.custody import custody
from pki.identity import pem
from pki.leaf import AuthorityEnding
from pki.request import RefusedRequest, read_request
from provisioning.prerequisites import Prerequisites
from provisioning.provisioner import Provisioner
from records.record import IssuanceRecord
from records.table import IssuanceRecords
from telemetry import report

_RETRIES = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""A call that hangs is given up, and said so, before the function's 30 seconds are over."""


def handle(event: object, _context: object) -> dict[str, Any]:
    """Answer one call.

    In: `{"csr": PEM}`. Out: thing_name, certificate_id, ca_certificate_id, certificate and ca_certificate
    (PEM), chain (list of PEM: what the device sends behind its certificate, its issuer first; empty for an
    authority that signed itself), not_after (ISO 8601, UTC); or, for a request that gets none,
    `{"refused": {"reason": code, "message": text}}`. What is no fault of the request is raised.
    """
    now = datetime.now(UTC)
    try:
        request = read_request(_csr(event))
        work = _workplace()
        issuer = work.source.issuer(now)
        return _issued(issue(request, issuer, work.records, work.terms, now), issuer)
    except RefusedRequest as refusal:
        return _refused(refusal.reason, str(refusal))
    except AuthorityEnding as ending:
        return _refused("authority_ending", str(ending))


@dataclass(frozen=True)
class _Workplace:
    source: IssuerSource
    records: IssuanceRecords
    terms: Terms


@cache
def _workplace() -> _Workplace:
    """Put together, once in a process, what every call needs."""
    settings = read_settings()
    key = custody(settings.custody, settings.key_id, _connect)
    source = IssuerSource(_connect("ssm"), settings.parameter, key, settings.authority_id)
    return _Workplace(source, IssuanceRecords(_connect("dynamodb"), settings.records), _terms(settings))


def _terms(settings: Settings) -> Terms:
    prerequisites = Prerequisites(_connect("iot"))
    return Terms(settings.validity, Provisioner(settings.template, settings.environment, prerequisites))


def _connect(service: str) -> Any:  # noqa: ANN401  # boto3 makes a class for each service
    return boto3.client(service, config=_RETRIES)  # type: ignore[call-overload]  # the stubs know literals only


def _csr(event: object) -> str:
    csr = event.get("csr") if isinstance(event, dict) else None
    if not isinstance(csr, str):
        raise RefusedRequest("malformed", 'send {"csr": "-----BEGIN CERTIFICATE REQUEST-----…"}')
    return csr


def _issued(record: IssuanceRecord, issuer: Issuer) -> dict[str, Any]:
    report("issued", operation="issuance", certificate_id=record.certificate_id, thing_name=record.thing_name)
    return {
        "thing_name": record.thing_name,
        "certificate_id": record.certificate_id,
        "ca_certificate_id": issuer.id,
        "certificate": record.certificate,
        "ca_certificate": pem(issuer.certificate),
        "chain": [pem(each) for each in issuer.path.intermediates],
        "not_after": record.not_after.isoformat(),
    }


def _refused(reason: str, message: str) -> dict[str, Any]:
    report("refused", operation="issuance", reason=reason, message=message)
    return {"refused": {"reason": reason, "message": message}}
