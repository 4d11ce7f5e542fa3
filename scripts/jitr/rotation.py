"""Where the rotation of an environment's authorities stands, and what to do next.

A rotation is three plain deploys: add the new authority as `trusted`, move `issuing` to it, and, when the
devices of the old one have new certificates, retire the old one.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

from jitr.standing import Standing
from jitr_stack.settings import Settings

SOON = 365
"""Days before its end from which an authority that nobody signs with any more, external, is worth a word."""


TOGETHER = timedelta(minutes=10)
"""Authorities that were made within this time may come from one deploy, which makes them in any order."""


class Stage(StrEnum):
    """Where a rotation stands."""

    MISMATCHED = "mismatched"
    """AWS is not as the file says: a deploy comes first."""
    QUIET = "quiet"
    """None is under way."""
    ADDED = "added"
    """A newer authority is trusted and waits to sign."""
    DRAINING = "draining"
    """The old authority signs no more; devices still have its certificates."""
    DRAINED = "drained"
    """No device needs the old authority any more."""
    RETIRED = "retired"
    """The old authority is INACTIVE, and can be removed."""


@dataclass(frozen=True)
class Rotation:
    """Where it stands: a stage, one line for each authority, and what to do next."""

    environment: str
    stage: Stage
    standing: list[str]
    next: list[str]

    def fields(self) -> dict[str, object]:
        """Give it by name."""
        return asdict(self)


def describe(settings: Settings, found: Iterable[Standing]) -> Rotation:
    """Say where the rotation of an environment stands; authorities of others are left out."""
    own = [each for each in found if each.name is not None]
    stage, steps = _next(_Plan(settings, own))
    return Rotation(settings.name, stage, [_line(each) for each in own], steps)


@dataclass(frozen=True)
class _Plan:
    """The environment's authorities, by their part in a rotation."""

    settings: Settings
    own: list[Standing]

    @property
    def file(self) -> str:
        return f"environments/{self.settings.name}.toml"

    @property
    def deploy(self) -> str:
        return f"deploy: `cdk deploy '{self.settings.name}/*'`"

    def in_state(self, *states: str) -> list[Standing]:
        return [each for each in self.own if each.state in states]

    @property
    def issuing(self) -> Standing | None:
        return next(iter(self.in_state("issuing")), None)

    def successors(self) -> list[Standing]:
        """Give the trusted authorities that are to sign: those that came after the one that signs now."""
        issuing = self.issuing
        if issuing is None:
            return []
        return [each for each in self.in_state("trusted") if _held(each) and _came_after(each, issuing)]

    def leaving(self) -> list[Standing]:
        """Give those that sign no more: all but the signing one and its successors."""
        if self.issuing is None:
            return self.in_state("closed")
        successors = {each.name for each in self.successors()}
        return [
            each for each in self.in_state("trusted", "closed") if _held(each) and each.name not in successors
        ]

    def set(self, authority: Standing, state: str) -> str:
        return f'in {self.file}: [authorities.{authority.name}] state = "{state}"'


def _next(plan: _Plan) -> tuple[Stage, list[str]]:
    if wrong := [each for each in plan.own if each.mismatches()]:
        return Stage.MISMATCHED, _mend(plan, wrong)
    if (issuing := plan.issuing) and (successors := plan.successors()):
        return Stage.ADDED, _move(plan, issuing, successors[0])
    if leaving := plan.leaving():
        drained = [each for each in leaving if each.counts and not each.counts.in_use]
        if drained:
            return Stage.DRAINED, [*(plan.set(each, "retired") for each in drained), plan.deploy]
        return Stage.DRAINING, [step for each in leaving for step in _wait(plan, each)]
    if retired := plan.in_state("retired"):
        return Stage.RETIRED, [step for each in retired for step in _remove(plan, each)]
    return Stage.QUIET, _begin(plan)


def _mend(plan: _Plan, wrong: list[Standing]) -> list[str]:
    kept = [each for each in wrong if each.wanted is None]
    steps = [
        f"authority {each.name} was taken out of {plan.file} and kept at AWS; put it back with state "
        '"retired", or delete it at AWS IoT'
        for each in kept
    ]
    return steps if len(kept) == len(wrong) else [*steps, f"{plan.deploy}, which puts AWS right"]


def _remove(plan: _Plan, retired: Standing) -> list[str]:
    if retired.counts and retired.counts.active:
        return [
            f"{retired.counts.active:,} devices of {retired.name} are still active; where they are to stay "
            f"online: {plan.set(retired, 'closed')}, and {plan.deploy}"
        ]
    if retired.counts and not retired.counts.issued:
        return [
            f"{retired.name} has signed nothing: where it is still to come, go on with docs/runbook.md "
            f"(`jitr ca request {retired.name}` gives your root its request); else remove "
            f"[authorities.{retired.name}] from {plan.file}, and {plan.deploy}"
        ]
    steps = [f"remove [authorities.{retired.name}] from {plan.file}", plan.deploy]
    if retired.counts and retired.counts.issued and not plan.settings.delete_authorities_with_certificates:
        steps.insert(
            0,
            f"delete the certificates of {retired.name} that AWS IoT still holds, or set "
            f"delete_authorities_with_certificates = true in {plan.file}; the deploy refuses otherwise",
        )
    return steps


def _move(plan: _Plan, issuing: Standing, successor: Standing) -> list[str]:
    return [plan.set(successor, "issuing"), plan.set(issuing, "trusted"), plan.deploy]


def _wait(plan: _Plan, leaving: Standing) -> list[str]:
    if leaving.counts is None:
        return [f"{leaving.name}: its certificates cannot be counted; {plan.deploy}"]
    steps = [
        f"{leaving.counts.active:,} active devices have certificates of {leaving.name}, and "
        f"{leaving.counts.waiting:,} have not connected yet: give them certificates of the issuing authority",
    ]
    if leaving.state == "trusted":
        steps.append(f"to let no new devices of {leaving.name} in meanwhile, {plan.set(leaving, 'closed')}")
    return [*steps, f"when both numbers are 0, {plan.set(leaving, 'retired')}", plan.deploy]


def _begin(plan: _Plan) -> list[str]:
    add = f'add another authority to {plan.file}: [authorities.NEW] state = "trusted"'
    issuing = plan.issuing
    if issuing is None:
        ending = [each for each in plan.own if (each.days_left or 0) < SOON]
        if not ending:
            return ["nothing: every authority is external, and none ends within a year"]
        names = ", ".join(f"{each.name} ({each.days_left} days left)" for each in ending)
        return [f"ending: {names}", f"{add}, with the certificate of the factory's new one", plan.deploy]
    left, device = issuing.days_left or 0, plan.settings.device_validity_days
    if left >= device:
        return [
            f"nothing for {left - device:,} days: until then, {issuing.name} signs for the full "
            f"{device:,} days",
            f"to begin a rotation, {add}",
            plan.deploy,
        ]
    return [
        f"{issuing.name} ends in {left:,} days, so its certificates are cut short of {device:,}: rotate now",
        add,
        plan.deploy,
    ]


def _line(each: Standing) -> str:
    parts = [each.state or "not in the file"]
    if each.days_left is not None:
        parts.append(f"{each.days_left:,} days left")
    if each.counts is not None:
        parts.append(
            f"{each.counts.issued:,} issued, {each.counts.waiting:,} waiting, {each.counts.active:,} active"
        )
    return f"{each.name}: {'; '.join([*parts, *each.mismatches()])}"


def _held(each: Standing) -> bool:
    return each.wanted is not None and each.wanted.custody != "external"


def _came_after(one: Standing, other: Standing) -> bool:
    """Tell whether one is to follow the other; of two that a deploy made together, the unused one is."""
    if one.certificate is None or other.certificate is None:
        return False
    unused = one.counts is None or not one.counts.issued
    earlier = other.certificate.not_valid_before_utc - one.certificate.not_valid_before_utc
    return earlier < (TOGETHER if unused else timedelta(0))
