"""Which certificate an event is about: one that is there already, or a new one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from certificate_authority.certificate_parameter import CertificateParameter
from certificate_authority.origin import Origin
from certificate_authority.owner import UNFINISHED
from certificate_authority.properties import AuthorityProperties
from certificate_authority.refusal import ChangedIdentity, OccupiedParameter
from certificate_authority.registered import Registered
from certificate_authority.registration import Registration
from contract import CertificateMode, Openness
from pki.path import CertificationPath


@dataclass(frozen=True)
class Former:
    """What an update starts from: the authority's certificate id, its openness, the names of its tags.

    A stack that rolls back starts from properties that may be nonsense; `openness` is None then.
    """

    id: str
    openness: Openness | None
    tags: Collection[str]


@dataclass(frozen=True)
class Choice:
    """The certificate, and its registration if there is one.

    `orphan` is the id of another authority that a run of this resource registered before it died.
    """

    path: CertificationPath
    registered: Registered | None
    orphan: str | None = None


class Search:
    """Looks into the parameter, its history and AWS IoT; changes nothing."""

    def __init__(
        self, parameter: CertificateParameter, registration: Registration, former: Former | None
    ) -> None:
        self._parameter = parameter
        self._registration = registration
        self._former = former
        self.kept = parameter.read()

    def choose(self, wanted: AuthorityProperties, origin: Origin) -> Choice:
        """Choose the certificate that is wanted, the likeliest first; make or take a new one if none is.

        Raises:
            OccupiedParameter: a living authority's certificate is in the parameter of one to be made.
            ChangedIdentity: an update wants another authority, and does not say `replace`.
            ForeignAuthority, UnusableRegistration, BadSignature, UnfitCertificate: see there.
        """
        known = self._known(wanted.mode, origin)
        if known is not None:
            return self._with_orphan(known)
        if self._former is None:
            return self._begun(wanted, origin)
        if not wanted.replace and self._anything_left(self._former):
            raise ChangedIdentity(
                f"these properties describe another authority than {self._former.id}: custody, key, "
                "algorithm, mode, validity, subject or certificate changed. Add a new authority instead; or "
                "set replace = true, and the new one is registered before this one goes"
            )
        return self._with_orphan(self.candidate(origin.path(), wanted.mode))

    def candidate(self, path: CertificationPath, mode: CertificateMode) -> Choice:
        """Join a certificate with its registration, if that says it is ours and has the mode."""
        registered = self._registration.find(path.id)
        return Choice(path, registered and self._registration.accepted(registered, mode, strictly=True))

    def _known(self, mode: CertificateMode, origin: Origin) -> Choice | None:
        for known in self._describing(origin):
            registered = known.registered
            if registered is None or registered.mode is mode:
                path = origin.path(known.path.authority)
                strictly = self._former is None
                return Choice(
                    path, registered and self._registration.accepted(registered, mode, strictly=strictly)
                )
        return None

    def _describing(self, origin: Origin) -> Iterator[Choice]:
        """Give the certificates of this resource that fit the properties.

        When a stack rolls back, CloudFormation asks for the old properties again; the old certificate is
        then found in the parameter's history, and still registered.
        """
        if self.kept is not None and origin.describes(self.kept.authority):
            yield Choice(self.kept, self._registration.find(self.kept.id))
        if self._former is None:
            return
        if self.kept is None or self.kept.id != self._former.id:
            current = self._registration.find(self._former.id)
            if current is not None and origin.describes(current.certificate):
                yield Choice(CertificationPath(current.certificate), current)
        for earlier in self._parameter.earlier() if self.kept is not None else ():
            if origin.describes(earlier.authority):
                registered = self._registration.find(earlier.id)
                if registered is not None:
                    yield Choice(earlier, registered)

    def _begun(self, wanted: AuthorityProperties, origin: Origin) -> Choice:
        """Begin a new authority; what is in its parameter must come from a run that died."""
        orphan = None
        if self.kept is not None:
            registered = self._registration.find(self.kept.id)
            if registered is not None and not self._is_unfinished(registered):
                raise OccupiedParameter(
                    f"the parameter {self._parameter.name} holds the certificate of another authority, "
                    f"{self.kept.id}, which is registered with AWS IoT; delete both if nothing needs them "
                    "any more, or give this authority another name"
                )
            orphan = registered.id if registered else None
        choice = self.candidate(origin.path(), wanted.mode)
        return Choice(choice.path, choice.registered, orphan)

    def _is_unfinished(self, registered: Registered) -> bool:
        return registered.owner == self._registration.owner and UNFINISHED in registered.tags

    def _with_orphan(self, choice: Choice) -> Choice:
        """Add what a replacement registered that died before it could tell CloudFormation."""
        if self._former is None or self.kept is None or self.kept.id in (self._former.id, choice.path.id):
            return choice
        registered = self._registration.find(self.kept.id)
        died = registered is not None and registered.owner == self._registration.owner
        return Choice(choice.path, choice.registered, self.kept.id if died else None)

    def _anything_left(self, former: Former) -> bool:
        return self.kept is not None or self._registration.find(former.id) is not None
