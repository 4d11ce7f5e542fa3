"""A certificate that was turned down."""


class UnfitCertificate(Exception):  # noqa: N818  named for what it is
    """A certificate that gets no record; `reason` is a code for machines (snake case)."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
