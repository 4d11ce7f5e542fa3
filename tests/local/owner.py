"""An owner of an authority, for the tests: a factory whose key never comes near AWS."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Fleet, Identity, request

from pki.leaf import leaf_certificate
from pki.request import read_request
from tests.unit.owners_ca import certificate, key, pem, root


@dataclass(frozen=True)
class Owner:
    """A factory's authority, whose key never comes near AWS."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=key)
    name: str = field(default_factory=lambda: f"Factory CA {secrets.token_hex(4)}")

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Self-signed."""
        return root(self.name, self.key)

    def verification(self, code: str) -> str:
        """What the offline authority makes of a registration code."""
        return pem(certificate(code, key().public_key(), self.name, self.key, ca=False))

    def device(self, fleet: Fleet, name: str) -> Identity:
        """A device whose certificate the factory signed by itself."""
        own = key()
        signing_request = read_request(request(name, own))
        leaf = leaf_certificate(signing_request, self.certificate, self.key, timedelta(days=30))
        return fleet.identity(name, own, leaf)
