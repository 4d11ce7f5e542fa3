"""What `cdk bootstrap` left in account and Region."""

from collections.abc import Iterator

from jitr.doctor.check import Finding, failed, ok
from jitr.doctor.site import Site

PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""Where a bootstrapped account says its version; the qualifier is the CDK's default."""
LEAST = 6
"""The version that the assembly asks for (`requiresBootstrapStackVersion` in its manifest)."""


def bootstrap(site: Site) -> Iterator[Finding]:
    """See that the account is ready for the CDK, and new enough."""
    ssm = site.target.session.client("ssm")
    command = f"run `npx cdk bootstrap aws://{site.caller['Account']}/{site.region}`"
    try:
        version = int(ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        yield failed(f"{site.caller['Account']}/{site.region} is not bootstrapped", command)
        return
    except ValueError as error:
        yield failed(f"{PARAMETER} holds no version ({error})", command)
        return
    if version < LEAST:
        yield failed(f"version {version}, and deploying needs {LEAST} or newer", command)
    else:
        yield ok(f"version {version}")
