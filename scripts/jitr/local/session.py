"""boto3 for the local AWS: nothing of the user's own AWS settings is read."""

import os
from pathlib import Path
from typing import Any

import boto3
import botocore.session

# Name in the configuration file, environment variable, default, conversion: the first two are not asked.
UNASKED: dict[str, Any] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class LocalSession(botocore.session.Session):
    """Makes every client for one endpoint."""

    def __init__(self, endpoint_url: str, certificate: Path) -> None:
        super().__init__(session_vars=UNASKED)
        self.endpoint_url = endpoint_url
        self.certificate = certificate

    def create_client(self, *names: Any, **options: Any) -> Any:  # noqa: ANN401  botocore makes classes at run time
        """Make a client that goes to the endpoint and trusts its certificate."""
        options |= {"endpoint_url": self.endpoint_url, "verify": str(self.certificate)}
        return super().create_client(*names, **options)


def local_session(endpoint_url: str, certificate: Path, region: str) -> boto3.Session:
    """Give a session with the local administrator's credentials."""
    return boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # nosec B106 # noqa: S106  MiniStack's own constant, no secret
        region_name=region,
        botocore_session=LocalSession(endpoint_url, certificate),
    )
