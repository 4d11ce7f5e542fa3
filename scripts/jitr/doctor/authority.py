"""The environment's authorities: as its file says, as they were deployed, as AWS IoT holds them."""

from collections.abc import Iterator

from jitr.authorities import find
from jitr.doctor.check import Finding, failed, ok, warning
from jitr.doctor.site import Site
from jitr.standing import Standing

SOON = 180
"""Days before its end from which an authority should be followed by another one."""


def authorities(site: Site) -> Iterator[Finding]:
    """Compare each authority in three places."""
    wanted, deployed = site.settings.authorities, site.authorities
    for name in [*wanted, *sorted(deployed.keys() - wanted.keys())]:
        there = deployed.get(name)
        registered = find(site.target.iot, there.id) if there else None
        yield of_standing(Standing(name, wanted.get(name), there, registered))


def of_standing(standing: Standing) -> Finding:
    """Say how one authority stands."""
    name = standing.name
    if standing.wanted is None:
        return warning(*_kept(standing), about=name)
    if mismatches := standing.mismatches():
        return failed("; ".join(mismatches), _deploy(standing), about=name)
    left = standing.days_left or 0
    if left < 0:
        return failed(f"expired {-left} days ago", "rotate: docs/runbook.md", about=name)
    if left < SOON:
        return warning(f"{left} days left", "rotate in time: docs/runbook.md", about=name)
    return ok(f"{standing.state}, as registered; {left:,} days left", about=name)


def _kept(standing: Standing) -> tuple[str, str]:
    return "; ".join(standing.mismatches()), "retire it, or write it into the file again"


def _deploy(standing: Standing) -> str:
    if standing.deployed is None:
        return "deploy"
    return "deploy with `-c recheck=…` and a new word, so that what did not change is looked at, too"
