"""Certificates of devices that hang on an authority."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from certificate_authority.refusal import DevicesLeft

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

PAGE = 250
"""Certificates in an answer of ListCertificatesByCA, at most."""

LONGEST_COUNT = 60.0
"""Seconds. AWS IoT takes ten such calls a second from an account, and the function has two minutes."""


class DeviceCertificates:
    """The certificates of devices that AWS IoT has from authorities, in whatever status."""

    def __init__(self, iot: IoTClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._iot = iot
        self._clock = clock

    def check_none(self, ca_id: str) -> None:
        """See that no device has a certificate from an authority.

        Raises:
            DevicesLeft: some have; the text says how many.
            botocore.exceptions.ClientError: AWS refused the first call.
        """
        number, complete = self.count(ca_id)
        if number:
            raise DevicesLeft(
                f"the authority {ca_id} has {'' if complete else 'at least '}{number:,} device certificates "
                "and is left as it is. Close or retire it instead; or set "
                "delete_authorities_with_certificates = true, deploy, and then remove it"
            )

    def count(self, ca_id: str) -> tuple[int, bool]:
        """Count an authority's certificates; give the number, and whether it is complete.

        Counting ends after a minute, or when AWS IoT refuses a call, once there are any at all.
        """
        end, number = self._clock() + LONGEST_COUNT, 0
        pages = self._iot.get_paginator("list_certificates_by_ca").paginate(
            caCertificateId=ca_id, PaginationConfig={"PageSize": PAGE}
        )
        try:
            for page in pages:
                number += len(page["certificates"])
                if number and self._clock() > end:
                    return number, False
        except ClientError:
            if not number:
                raise
            return number, False
        return number, True
