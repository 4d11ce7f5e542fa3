"""Why an authority is not made, changed or deleted as asked; the texts are for the person who deploys."""


class OccupiedParameter(Exception):  # noqa: N818  # named for what is wrong
    """The parameter holds something that this resource did not put there."""


class ChangedIdentity(Exception):  # noqa: N818  # named for what is wrong
    """The properties describe another authority than the one that there is."""


class ForeignAuthority(Exception):  # noqa: N818  # named for what is wrong
    """Somebody else has registered this authority."""


class UnusableRegistration(Exception):  # noqa: N818  # named for what is wrong
    """AWS IoT will not register the authority as asked."""


class DevicesLeft(Exception):  # noqa: N818  # named for what is wrong
    """The authority that is to be deleted still has device certificates."""
