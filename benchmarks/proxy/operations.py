"""Which operation of which AWS service a request calls, by botocore's own service models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.exceptions import UnknownServiceError

SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/(?P<service>[^/]+)/aws4_request")
"""AWS General Reference, "Elements of an AWS API request signature": the credential scope."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Operation:
    """A service's signing name, an operation's name, and what stands in the path."""

    service: str
    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """Where a REST operation is called."""

    name: str
    path: re.Pattern[str]
    fixed: int
    """Characters of the path that are no parameter: of two routes that fit, the longer one is meant."""


def operation(method: str, raw_path: str, headers: Mapping[str, str]) -> Operation:
    """Tell what a signed request calls; both names may be `unknown`.

    Args:
        method: of HTTP.
        raw_path: path and query as on the wire, percent-encoded.
        headers: case-insensitive.
    """
    scope = SCOPE.search(headers.get("Authorization", ""))
    service = scope["service"] if scope else UNKNOWN
    if target := headers.get("X-Amz-Target"):
        return Operation(service, target.rpartition(".")[2])
    path = urlsplit(raw_path).path
    for route in _routes(service).get(method, ()):
        if match := route.path.fullmatch(path):
            return Operation(service, route.name, {k: unquote(v) for k, v in match.groupdict().items()})
    return Operation(service, UNKNOWN)


@lru_cache
def _routes(service: str) -> Mapping[str, list[Route]]:
    """Read the REST operations of a service, by HTTP method; none where botocore does not know it."""
    loader = botocore.session.get_session().get_component("data_loader")
    try:
        model = loader.load_service_model(service, "service-2")
    except UnknownServiceError:
        return {}
    routes: dict[str, list[Route]] = {}
    for name, described in model["operations"].items():
        routes.setdefault(described["http"]["method"], []).append(_route(name, described["http"]))
    return {method: sorted(found, key=lambda each: -each.fixed) for method, found in routes.items()}


def _route(name: str, http: Mapping[str, Any]) -> Route:
    """Make a pattern of a URI template such as `/things/{thingName}/principals`."""
    template = http["requestUri"].partition("?")[0]
    parts = re.split(r"\{(\w+)(\+?)\}", template)
    fixed, names, greedy = parts[::3], parts[1::3], parts[2::3]
    pattern = re.escape(fixed[0])
    for parameter, plus, text in zip(names, greedy, fixed[1:], strict=True):
        pattern += f"(?P<{parameter}>{'.+' if plus else '[^/]+'})" + re.escape(text)
    return Route(name, re.compile(pattern), sum(map(len, fixed)))
