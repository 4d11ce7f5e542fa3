"""What is known about the device under examination; each thing is found out once, when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Optional, Union

from .. import signing_request
from ..certificate import Certificate, read_certificate
from ..connecting import AMAZON_ROOTS
from ..errors import DeviceError
from ..key_holder import KeyHolder
from ..public_key import PublicKey
from ..signing_request import SigningRequest
from . import handshake
from .handshake import Shaken

NOBODY = "/CN=doctor"  # the subject of a request that is thrown away


@dataclass(frozen=True)
class Device:
    """Who holds the key, which certificate, and where it shall connect; `folder` is for passing files."""

    holder: KeyHolder
    certificate_file: Path
    certificate_expected: bool  # somebody named it, so it should be there
    endpoint: Optional[str]
    ports: Mapping[str, int]  # "mqtt", "https" and "alpn"
    server_ca: Path
    folder: Path

    @cached_property
    def key(self) -> Union[PublicKey, DeviceError]:
        """The key, when it signs, or why it does not: by the very line that make_csr runs."""
        try:
            return signing_request.make(SigningRequest(self.holder, NOBODY, self.folder / "doctor.csr"))
        except DeviceError as error:
            return error

    @cached_property
    def certificate(self) -> Union[Certificate, DeviceError]:
        """The certificate, or what is wrong with its file."""
        try:
            return read_certificate(self.certificate_file)
        except DeviceError as error:
            return error

    @cached_property
    def trusted(self) -> Union[str, DeviceError]:
        """Whom to trust as the server, as PEM."""
        try:
            return handshake.trusted(None if self.server_ca == AMAZON_ROOTS else self.server_ca)
        except DeviceError as error:
            return error

    @cached_property
    def handshakes(self) -> Mapping[str, Shaken]:
        """TLS with the endpoint on each port, all at once: where packets are swallowed it takes its time."""
        trusted = "" if isinstance(self.trusted, DeviceError) else self.trusted
        return handshake.shake_all(self.endpoint or "", self.ports, trusted)
