"""The environment's stack, as CloudFormation sees it."""

from collections.abc import Iterator

from jitr.doctor.check import Finding, failed, ok, warning
from jitr.doctor.site import Site

WELL = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}
ABSENT = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}
"""Nothing is deployed; a stack in review is a change set that nobody carried out."""
BACK = {
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "IMPORT_ROLLBACK_COMPLETE",
}
"""The last change failed and was taken back: what was there before works on."""
EVENTS = "see the stack's events for the first that failed"
MENDED_BY = {
    "CREATE_FAILED": "destroy it, or deploy again",
    "ROLLBACK_COMPLETE": f"it never came up: {EVENTS}; `cdk deploy` replaces it",
    "ROLLBACK_FAILED": f"{EVENTS}; delete the stack, then deploy again",
    "DELETE_FAILED": f"{EVENTS}; then `cdk destroy` again",
    "UPDATE_FAILED": "run `cdk rollback`, or deploy again",
    "UPDATE_ROLLBACK_FAILED": f"{EVENTS}, mend it, then run `cdk rollback`",
    "IMPORT_ROLLBACK_FAILED": f"{EVENTS}, mend it, then run `cdk rollback`",
}
"""What to do about each status in which a stack can stay and is broken."""


def stack(site: Site) -> Iterator[Finding]:
    """See whether the stack is there and in which state it is."""
    deploy = f"run `npx cdk deploy '{site.environment}/*'`"
    found = site.stack
    if found is None or found["StackStatus"] in ABSENT:
        yield warning(f"{site.stack_name} is not deployed", deploy, final=True)
        return
    yield of_status(site.stack_name, found["StackStatus"], found.get("StackStatusReason"))
    if site.settings.termination_protection and not found.get("EnableTerminationProtection"):
        yield unprotected(site.stack_name, deploy)


def unprotected(name: str, deploy: str) -> Finding:
    """Say that a stack can be deleted which the environment's file protects."""
    return warning(
        f"{name} is not protected against deletion, but the file says termination_protection = true",
        f"{deploy}; after a pipeline's deploy, which does not protect, run `aws cloudformation "
        f"update-termination-protection --enable-termination-protection --stack-name {name}`",
    )


def of_status(name: str, status: str, reason: str | None = None) -> Finding:
    """Say what a stack's status means."""
    said = f"{name} is {status}" + (f" ({' '.join(reason.split())})" if reason else "")
    if status in WELL:
        return ok(said)
    if status in BACK:
        return warning(said, f"the last deploy was taken back: {EVENTS}")
    if status in MENDED_BY:
        return failed(said, MENDED_BY[status])
    return warning(said, "somebody is at it: wait, and look again")
