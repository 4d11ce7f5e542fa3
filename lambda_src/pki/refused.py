"""A certificate signing request that was turned down."""


class RefusedRequest(Exception):  # noqa: N818  # named for what happened
    """A request that gets no certificate.

    `reason` is a code for machines (snake case), the text says to a person what was wrong and what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
