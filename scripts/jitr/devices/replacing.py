"""`jitr device replace`: a thing's next certificate, from a request or one that is there."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from contract import SecondCertificate
from jitr import files
from jitr.confirmation import confirm
from jitr.devices.desk import Desk
from jitr.devices.letting_in import LettingIn
from jitr.devices.named import holder_of, named
from jitr.devices.several import Result
from jitr.failure import BadUseError, FailureError
from jitr.output import note
from jitr.signing import by_deployed_authority
from jitr_stack.settings import Settings
from pki.request import RefusedRequest, read_request
from provisioning.template import ProvisioningTemplate

REQUEST = b"-----BEGIN CERTIFICATE REQUEST-----", b"-----BEGIN NEW CERTIFICATE REQUEST-----"


@dataclass(frozen=True)
class Order:
    """What was asked for; `by` is a request's file, a certificate's, or a certificate id."""

    thing: str
    by: str
    crt: Path | None
    reason: str
    patience: timedelta
    force: bool

    @property
    def request(self) -> Path | None:
        """The request's file, if `by` is one."""
        path = Path(self.by)
        if not path.is_file():
            return None
        return path if any(mark in files.read(path) for mark in REQUEST) else None


def replace_certificate(desk: Desk, order: Order, *, yes: bool) -> Result:
    """Give a thing another certificate.

    Raises:
        BadUseError: what is asked for cannot be meant, or must be confirmed and nobody is here.
        FailureError: the thing has no certificate, the request is refused, the certificate must stay out.
    """
    if named(order.thing).thing_name is None:
        raise BadUseError(f"{order.thing}: is no thing's name")
    request, crt = order.request, order.crt
    if (request is None) != (crt is None):
        raise BadUseError("--out and a CSR go together: it says where the certificate goes")
    if request is not None and crt is not None:
        files.refuse_existing([crt], force=order.force)
        _require_thing_name(request, order.thing, desk.target.settings)
    known = None if request is not None else _certificate_id(order.by)
    note(_will_be_done(desk, order))
    confirm("Go on?", yes=yes)
    if request is not None and crt is not None:
        certificate_id = _signed(desk, order.thing, request, crt)
    else:
        certificate_id = str(known)
    letting_in = LettingIn(desk, order.reason, order.patience)
    return Result(order.thing, certificate_id, letting_in.replace(order.thing, certificate_id))


def _will_be_done(desk: Desk, order: Order) -> str:
    holder = holder_of(desk, order.thing)
    if holder is None:
        raise FailureError(f"thing {order.thing} has no certificate; `jitr sign` gives it its first")
    first = f"signs {order.by}, " if order.request else ""
    if desk.target.settings.second_certificate is SecondCertificate.KEEP_BOTH:
        return f"{first}lets it in beside certificate {holder.certificate_id} ({holder.state}): keep_both"
    return (
        f"{first}lets it have thing {order.thing}; once it is ACTIVE, certificate {holder.certificate_id} "
        f"({holder.state}) is deactivated for good"
    )


def _signed(desk: Desk, thing: str, request: Path, crt: Path) -> str:
    signed = by_deployed_authority(request, desk.target.environment)
    if signed.thing_name != thing:
        raise FailureError(
            f"{request}: is for thing {signed.thing_name}, not {thing}; nothing was written, and "
            f"`jitr device revoke {signed.certificate_id}` puts the certificate out that was signed"
        )
    files.write(crt, signed.certificate.encode())
    return signed.certificate_id


def _require_thing_name(request: Path, thing: str, settings: Settings) -> None:
    """See before it is signed that a request is for this thing, where its common name says so."""
    if settings.provisioning.template.thing_name != ProvisioningTemplate().thing_name:
        return
    try:
        found = read_request(files.read(request)).common_name
    except RefusedRequest as refused:
        raise FailureError(f"{request}: refused ({refused.reason}): {refused}") from None
    if found != thing:
        raise BadUseError(f"{request}: is for thing {found!r:.200}, not {thing}")


def _certificate_id(word: str) -> str:
    found = named(word).certificate_id
    if found is None:
        raise BadUseError(f"{word}: is neither a CSR, a certificate's file, nor a certificate id")
    return found
