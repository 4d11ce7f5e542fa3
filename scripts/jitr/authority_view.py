"""An authority as the commands show it."""

from pathlib import Path

from cryptography import x509

from jitr.authorities import RegisteredAuthority, find
from jitr.failure import FailureError
from jitr.pem import read_certificate
from jitr.standing import standings
from jitr.target import target
from pki.identity import certificate_id, pem
from pki.keys import algorithm_of


def fields(authority: RegisteredAuthority) -> dict[str, object]:
    """Give what AWS IoT holds, by name; times are ISO 8601."""
    return {
        "certificate_id": authority.certificate_id,
        "arn": authority.arn,
        "subject": authority.x509.subject.rfc4514_string(),
        "status": authority.status,
        "auto_registration": authority.auto_registration,
        "mode": authority.mode,
        "not_after": authority.x509.not_valid_after_utc.isoformat(),
    }


def registered(environment: str, authority_id: str) -> dict[str, object]:
    """Look an authority up at AWS IoT.

    Raises:
        FailureError: it is not there.
    """
    found = find(target(environment).iot, authority_id)
    if found is None:
        raise FailureError(
            f"environment {environment} has no authority {authority_id}; `jitr ca list` shows those it has"
        )
    return fields(found) | {"certificate": found.certificate.strip()}


def of_environment(environment: str, name: str) -> dict[str, object]:
    """Say how an authority of an environment stands.

    Raises:
        FailureError: the environment has none of that name.
    """
    found = standings(target(environment))
    for each in found:
        if each.name == name:
            chain = [] if each.deployed is None else [each.deployed.certificate, *each.deployed.chain]
            return each.fields() | {"certificate": "".join(map(pem, chain)).strip() or None}
    known = ", ".join(each.name for each in found if each.name is not None)
    raise FailureError(
        f"environment {environment} has no authority {name}, and there is no such file; it has: {known}"
    )


def of_file(path: Path) -> dict[str, object]:
    """Say what a certificate's file holds."""
    certificate = read_certificate(path)
    return {
        "certificate_id": certificate_id(certificate),
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "authority": "yes" if _is_authority(certificate) else "no",
        "algorithm": algorithm_of(certificate.public_key()),
        "serial": f"{certificate.serial_number:x}",
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
    }


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
