"""The local AWS: MiniStack on this machine, enforcing IAM and IoT policies, over TLS.

`LocalAws` is all that the rest of the project uses.
"""

from jitr.local.aws import LocalAws, LocalAwsError
from jitr.local.ports import PREFERRED, Ports

__all__ = ["PREFERRED", "LocalAws", "LocalAwsError", "Ports"]
