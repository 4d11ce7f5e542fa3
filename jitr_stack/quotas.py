"""Settings: how many calls a second an environment may make, from which its registrations follow."""

from typing import Annotated

from pydantic import Field

from jitr_stack.authorities import Strict

PerSecond = Annotated[float, Field(strict=True, ge=0.1, le=100_000)]


class Quotas(Strict):
    """What the account allows, or the part of it that this environment shall use.

    Defaults: AWS General Reference, "AWS IoT Core endpoints and quotas" (control plane, default values). They
    are for an account and Region: environments that share one divide them.
    """

    update_certificate: PerSecond = 10
    """Calls of UpdateCertificate a second."""
    attach_policy: PerSecond = 15
    """Calls of AttachPolicy a second."""
    create_thing: PerSecond = 100
    """Calls of CreateThing a second."""
    attach_thing_principal: PerSecond = 100
    """Calls of AttachThingPrincipal a second."""
    add_thing_to_thing_group: PerSecond = 100
    """Calls of AddThingToThingGroup a second."""
    kms_sign: PerSecond = 1000
    """Signatures a second that `jitr sign --out` asks of KMS, by elliptic-curve keys, which all such keys of
    the account and Region share (KMS developer guide, "Request quotas")."""
    refusal_share: Annotated[float, Field(strict=True, gt=0, le=0.5)] = 0.05
    """Part of the registrations that may be spent on setting refused certificates INACTIVE."""
