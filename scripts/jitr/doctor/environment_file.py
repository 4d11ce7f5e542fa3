"""The environment's file and its lock, as a synthesis reads them."""

from collections.abc import Iterator

from jitr.doctor.check import Finding, ok, warning
from jitr.doctor.site import Site
from jitr_stack import authority_lock, collisions
from jitr_stack.environments import defaults_file, file_of
from jitr_stack.settings import load_all


def environment_file(site: Site) -> Iterator[Finding]:
    """Read the file as `cdk deploy` does; what is wrong with it is raised, and names file and key."""
    settings = site.settings
    states = ", ".join(f"{name} {authority.state}" for name, authority in settings.authorities.items())
    inherited = defaults_file(site.folder)
    after = f" (with {inherited.name})" if inherited.exists() else ""
    yield ok(f"{file_of(site.environment, site.folder)}{after}: authorities {states}")


def others(site: Site) -> Iterator[Finding]:
    """Read the files beside it, which the app synthesises too, and see that none takes what another has."""
    environments = load_all(site.folder)
    collisions.refuse(environments, site.folder)
    yield ok(", ".join(each.name for each in environments if each.name != site.environment) or "none")


def lock(site: Site) -> Iterator[Finding]:
    """See that no authority became another one; nothing is written."""
    if site.settings.local:
        yield ok("none needed: an environment on this machine lives too short")
        return
    file = authority_lock.lock_file(site.environment, site.folder)
    if authority_lock.changes(site.settings, site.folder):
        yield warning(
            f"{file}: authorities came or went since it was written",
            "the next synthesis notes them; commit it",
        )
    else:
        yield ok(str(file))
