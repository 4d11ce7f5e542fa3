"""The environment's authorities: as its file says, as they were deployed, as AWS IoT holds them."""

from collections.abc import Iterator

from contract import AuthorityProperty, Openness, certificate_parameter
from jitr.authorities import find
from jitr.doctor.check import Finding, failed, ok, warning
from jitr.doctor.site import Site
from jitr.standing import EXPECTED, Standing

SOON = 180
"""Days before its end from which an authority should be followed by another one."""
LOOK_ANEW = "deploy with `-c recheck=…` and a new word, so that what did not change is looked at, too"
ROTATE = "rotate to another one: docs/runbook.md"


def authorities(site: Site) -> Iterator[Finding]:
    """Compare each authority in three places."""
    wanted, deployed = site.settings.authorities, site.authorities
    for name in [*wanted, *sorted(deployed.keys() - wanted.keys())]:
        there = deployed.get(name)
        registered = find(site.target.iot, there.id) if there else None
        standing = Standing(name, wanted.get(name), there, registered)
        yield of_standing(standing, _openness(site, name))


def of_standing(standing: Standing, deployed: Openness | None) -> Finding:
    """Say how one authority stands; `deployed` is how open the last deploy made it."""
    name, mismatches = standing.name, standing.mismatches()
    if standing.wanted is None:
        return warning("; ".join(mismatches), "retire it, or write it into the file again", about=name)
    if standing.deployed is None:
        return warning("not deployed yet", "deploy", about=name)
    if mismatches:
        found = "; ".join(mismatches)
        if _as_deployed(standing, deployed):
            return warning(f"{found}; it is as it was deployed", "deploy", about=name)
        return failed(found, LOOK_ANEW, about=name)
    return _of_validity(standing)


def _of_validity(standing: Standing) -> Finding:
    name, left = standing.name, standing.days_left or 0
    if left < 0:
        return failed(f"expired {-left} days ago", ROTATE, about=name)
    if left < SOON:
        return warning(f"{left} days left", ROTATE, about=name)
    return ok(f"{standing.state}, as registered; {left:,} days left", about=name)


def _as_deployed(standing: Standing, deployed: Openness | None) -> bool:
    registered = standing.registered
    if registered is None or deployed is None:
        return False
    return (registered.status, registered.auto_registration) == EXPECTED[deployed]


def _openness(site: Site, name: str) -> Openness | None:
    parameter = certificate_parameter(site.environment, name)
    for resource in site.template.get("Resources", {}).values():
        properties = resource.get("Properties", {})
        if properties.get(AuthorityProperty.CERTIFICATE_PARAMETER) == parameter:
            return Openness(properties[AuthorityProperty.OPENNESS])
    return None
