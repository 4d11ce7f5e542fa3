"""The authorities of an environment as they were deployed, found by their Systems Manager parameters.

Beside each certificate stands, for an authority whose key is held in AWS, the ARN of that key.
"""

from dataclasses import dataclass

from cryptography import x509

from contract import certificate_parameter, key_parameter
from jitr.failure import FailureError
from jitr.target import Target
from pki.identity import certificate_id


@dataclass(frozen=True)
class DeployedAuthority:
    """An authority's certificate, the chain above it, and the ARN of its key (None where it is external)."""

    name: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    key_arn: str | None = None

    @property
    def id(self) -> str:
        """Its certificate id."""
        return certificate_id(self.certificate)


def deployed_authorities(target: Target) -> dict[str, DeployedAuthority]:
    """Read every authority of an environment, by name; none where nothing is deployed.

    Raises:
        FailureError: a parameter holds something that is no certificate.
    """
    values = _parameters(target)
    names = {parts[0] for path in values if len(parts := path.split("/")) == len(("name", "kind"))}
    found = {}
    for name in sorted(names):
        text = values.get(f"{name}/certificate")
        if text is not None:
            certificates = _certificates(text, certificate_parameter(target.environment, name))
            found[name] = DeployedAuthority(
                name, certificates[0], tuple(certificates[1:]), values.get(f"{name}/key")
            )
    return found


def deployed_authority(target: Target, name: str) -> DeployedAuthority:
    """Read one authority of an environment.

    Raises:
        FailureError: it is not deployed, or not in the environment.
    """
    found = deployed_authorities(target)
    if name in found:
        return found[name]
    if name in target.settings.authorities:
        raise FailureError(f"authority {name} is not deployed yet: run `cdk deploy '{target.environment}/*'`")
    known = ", ".join(sorted(found.keys() | target.settings.authorities.keys()))
    raise FailureError(f"environment {target.environment} has no authority {name!r}; it has: {known}")


def key_arn(target: Target, authority: DeployedAuthority) -> str:
    """Give the ARN of the key that an authority signs with.

    Raises:
        FailureError: it is not written down: an earlier version deployed it.
    """
    if authority.key_arn is None:
        raise FailureError(
            f"the parameter {key_parameter(target.environment, authority.name)}, which names the key, is not "
            f"there: run `cdk deploy '{target.environment}/*'`"
        )
    return authority.key_arn


def _parameters(target: Target) -> dict[str, str]:
    """Read the parameters of all authorities: `<authority>/certificate` and `<authority>/key`."""
    path = certificate_parameter(target.environment, "").removesuffix("/certificate")
    pages = target.session.client("ssm").get_paginator("get_parameters_by_path")
    return {
        parameter["Name"].removeprefix(path): parameter["Value"]
        for page in pages.paginate(Path=path.rstrip("/"), Recursive=True)
        for parameter in page["Parameters"]
    }


def _certificates(text: str, parameter: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise FailureError(
            f"the parameter {parameter} holds something that is no certificate: see what it is, delete it, "
            "and deploy again"
        ) from None
