"""The issuance function: a request in, a certificate out."""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

import boto3
from botocore.config import Config

from contract import MOST_REQUESTS
from issuance.answers import issued, path, refused, written
from issuance.batch import SIDE_BY_SIDE, Batch
from issuance.issue import Terms, issue
from issuance.issuer import IssuerSource
from issuance.settings import Settings, read_settings
from pki.custody import custody
from pki.leaf import AuthorityEnding
from pki.request import RefusedRequest, read_request
from provisioning.prerequisites import Prerequisites
from provisioning.provisioner import Provisioner
from records.table import IssuanceRecords

_RETRIES = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=SIDE_BY_SIDE,
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""A call that hangs is given up, and said so, before the function's 30 seconds are over."""

_FOR_ONE = 10_000
"""Milliseconds that a request of a batch may take when AWS is slow; with less, none is begun."""


class Context(Protocol):
    """What is used of the context object that Lambda passes."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends this run."""


def handle(event: object, context: Context) -> dict[str, Any]:
    """Answer one call.

    In: `{"csr": PEM}`. Out: thing_name, certificate_id, ca_certificate_id, certificate and ca_certificate
    (PEM), chain (list of PEM: what the device sends behind its certificate, its issuer first; empty for an
    authority that signed itself), not_after (ISO 8601, UTC); or, for a request that gets none,
    `{"refused": {"reason": code, "message": text}}`. What is no fault of the request is raised.

    In: `{"csrs": [PEM, ...]}`, up to 50. Out: `{"answers": [...]}`, for each, in order, one of the above, or
    `{"busy": {"reason": code, "message": text}}`: ask again. `ca_certificate` and `chain`, which are the same
    for all, stand beside `answers`. Asking again costs nothing and signs nothing twice.
    """
    now = datetime.now(UTC)
    try:
        if isinstance(event, dict) and "csrs" in event:
            return _answers(_csrs(event["csrs"]), context, now)
        request = read_request(_csr(event))
        work = _workplace()
        issuer = work.source.issuer(now)
        return issued(issue(request, issuer, work.records, work.terms, now), issuer) | path(issuer)
    except RefusedRequest as refusal:
        return refused(refusal.reason, str(refusal))
    except AuthorityEnding as ending:
        return refused("authority_ending", str(ending))


def _answers(csrs: list[str], context: Context, now: datetime) -> dict[str, Any]:
    work = _workplace()
    issuer = work.source.issuer(now)
    batch = Batch(
        issuer=issuer,
        records=work.records,
        terms=work.terms,
        now=now,
        pool=work.pool,
        time_left=lambda: context.get_remaining_time_in_millis() > _FOR_ONE,
    )
    return {"answers": [written(each, issuer) for each in batch.answers(csrs)]} | path(issuer)


@dataclass(frozen=True)
class _Workplace:
    source: IssuerSource
    records: IssuanceRecords
    terms: Terms
    pool: Executor


@cache
def _workplace() -> _Workplace:
    """Put together, once in a process, what every call needs."""
    settings = read_settings()
    key = custody(settings.custody, settings.key_id, _connect)
    source = IssuerSource(_connect("ssm"), settings.parameter, key, settings.authority_id)
    records = IssuanceRecords(_connect("dynamodb"), settings.records)
    return _Workplace(source, records, _terms(settings), ThreadPoolExecutor(SIDE_BY_SIDE))


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


def _csrs(csrs: object) -> list[str]:
    texts = [each for each in csrs if isinstance(each, str)] if isinstance(csrs, list) else []
    if not isinstance(csrs, list) or len(texts) != len(csrs) or len(texts) > MOST_REQUESTS:
        raise RefusedRequest("malformed", f'send {{"csrs": [PEM, ...]}}, at most {MOST_REQUESTS}')
    return texts
