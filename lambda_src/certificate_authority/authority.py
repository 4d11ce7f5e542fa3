"""The life of one authority: made and registered, kept right, taken away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from cryptography import x509

from certificate_authority.certificate_parameter import CertificateParameter, OccupiedParameter
from certificate_authority.properties import AuthorityProperties
from certificate_authority.registration import Registration
from certificate_authority.undo import Undo, undone_on_failure
from pki.authority import authority_certificate
from pki.identity import certificate_id
from pki.keys import SigningKey
from telemetry import report

_CERTIFICATE_ID = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Established:
    """An authority that takes devices."""

    certificate: x509.Certificate
    arn: str


@dataclass(frozen=True)
class Authority:
    """Where an authority lives: the parameter that keeps its certificate, and its registration."""

    parameter: CertificateParameter
    registration: Registration

    def establish(
        self, wanted: AuthorityProperties, key: SigningKey, current_id: str | None = None
    ) -> Established:
        """Bring about the authority that is wanted, and take back what this call did if it fails.

        The certificate is kept before it is registered, so a repeated call finds and uses it again. An
        update gives `current_id`, the authority that there was: if it, or one that an unfinished update
        replaced, is the one wanted, it stays.

        Raises:
            OccupiedParameter: the parameter holds a certificate that is none of this resource's.
            BadSignature: the key's holder returned a wrong signature.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        kept = self.parameter.read()
        candidates = iter([kept] if kept else []) if current_id is None else self._known(kept, current_id)
        certificate = next((known for known in candidates if wanted.describes(known, key)), None)
        with undone_on_failure() as undo:
            if certificate is not None:
                return self._reinstate(certificate, kept, key, undo)
            if current_id is None:
                self._check_abandoned(kept)
            return self._found(wanted, kept, key, undo)

    def _known(self, kept: x509.Certificate | None, current_id: str) -> Iterator[x509.Certificate]:
        """Give the certificates that an update may come back to, the likeliest first.

        When a stack rolls back, CloudFormation asks for the old properties again; the old certificate is
        then found in the parameter's history, and still registered.
        """
        if kept is not None:
            yield kept
        current = self.registration.find(current_id)
        if current is not None:
            yield current.certificate
        if kept is not None:
            for earlier in self.parameter.earlier():
                if self.registration.find(certificate_id(earlier)):
                    yield earlier

    def _reinstate(
        self, certificate: x509.Certificate, kept: x509.Certificate | None, key: SigningKey, undo: Undo
    ) -> Established:
        ca_id = certificate_id(certificate)
        if certificate != kept:
            undo.by(partial(self.parameter.withdraw, ca_id, kept))
            self.parameter.replace(certificate)
        registered = self.registration.find(ca_id)
        if registered is not None:
            arn = self.registration.open(registered)
        else:
            undo.by(partial(self.registration.deregister, ca_id))
            arn = self.registration.register(certificate, key)
        report("kept", operation="authority", certificate_id=ca_id)
        return Established(certificate, arn)

    def _found(
        self, wanted: AuthorityProperties, kept: x509.Certificate | None, key: SigningKey, undo: Undo
    ) -> Established:
        certificate = authority_certificate(key, wanted.subject, wanted.validity)
        ca_id = certificate_id(certificate)
        undo.by(partial(self.parameter.withdraw, ca_id, kept))
        if kept is not None:
            self.parameter.replace(certificate)
        elif (first := self.parameter.keep_first(certificate)) != certificate:
            return self._follow(first, wanted, key, undo)
        undo.by(partial(self.registration.deregister, ca_id))
        arn = self.registration.register(certificate, key)
        report("made", operation="authority", certificate_id=ca_id)
        return Established(certificate, arn)

    def _follow(
        self, first: x509.Certificate, wanted: AuthorityProperties, key: SigningKey, undo: Undo
    ) -> Established:
        """Join another run that handles the same event at this moment, and was first."""
        if not wanted.describes(first, key):
            raise OccupiedParameter(
                f"the parameter {self.parameter.name} got the certificate of another authority meanwhile; "
                "two authorities must not share a name"
            )
        return self._reinstate(first, first, key, undo)

    def _check_abandoned(self, kept: x509.Certificate | None) -> None:
        """Take over a parameter only from a run that died: its certificate was never registered."""
        if kept is not None and self.registration.find(certificate_id(kept)) is not None:
            raise OccupiedParameter(
                f"the parameter {self.parameter.name} holds the certificate of another authority, "
                f"{certificate_id(kept)}, which is registered with AWS IoT; delete both if nothing needs "
                "them any more, or give this authority another name"
            )

    def remove(self, ca_id: str) -> None:
        """Take an authority away, registration first; what is not there, or not ours, is left alone.

        An id that is no certificate id stands for an authority that was never made.
        """
        if not _CERTIFICATE_ID.fullmatch(ca_id):
            return
        self.registration.deregister(ca_id)
        self.parameter.withdraw(ca_id)
        report("removed", operation="authority", certificate_id=ca_id)
