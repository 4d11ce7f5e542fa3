"""A device that is not let in, and why."""

from enum import StrEnum


class Reason(StrEnum):
    """Codes of refusals; each is a metric of its own, and stands on the record where there is one."""

    CERTIFICATE_ELSEWHERE = "certificate_on_another_thing"
    """The certificate is attached to another thing."""
    MALFORMED = "malformed"
    """The message is no event of AWS IoT's."""
    NOT_PENDING = "not_pending"
    """A certificate without a record that does not wait: somebody switched it off."""
    OWNER = "owner"
    """The owner's decision function refused it."""
    SECOND_CERTIFICATE = "second_certificate"
    """The thing has a certificate, and the environment takes no second one."""
    THING_DIFFERS = "thing_of_another"
    """A thing of that name exists with another type or other attributes, and was not registered here."""
    UNFIT = "unfit_certificate"
    """A certificate without a record that makes none: no device's, or its subject makes no thing."""
    UNISSUED = "unissued"
    """Signed with the authority's key, but not by the authority: it has no record."""
    WRONG_ACCOUNT = "wrong_account"
    WRONG_CA = "wrong_ca"
    """Issued by another authority than the one that AWS IoT names, or by none of this environment's."""


class Refused(Exception):  # noqa: N818  named for what happened
    """A certificate that must not become ACTIVE, whatever is tried again.

    Attributes:
        reason: the code.
    """

    def __init__(self, reason: Reason, problem: str) -> None:
        super().__init__(problem)
        self.reason = reason
