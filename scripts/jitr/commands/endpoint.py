"""`jitr endpoint`: where devices connect."""
# ruff: noqa: PLC0415  imports wait until the command runs, so that help and completion come at once

from jitr.options import Environment, Json
from jitr.output import print_json


def endpoint(*, environment: Environment = "local", as_json: Json = False) -> None:
    """Print where devices connect: the account's data endpoint, or host:port of the local broker.

    JSON adds the ports of MQTT, of HTTPS, and of both by ALPN, and for the local AWS the authority that its
    certificate is to be checked against; AWS's own is checked against the Amazon root CAs.
    """
    from jitr.endpoints import find
    from jitr.target import target

    found = find(target(environment))
    print_json(found.fields()) if as_json else print(found)
