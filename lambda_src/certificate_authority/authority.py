"""The life of one authority: made and registered, kept right, taken away."""

from dataclasses import dataclass, replace
from functools import partial

from cryptography import x509

from certificate_authority.certificate_parameter import CertificateParameter
from certificate_authority.devices import DeviceCertificates
from certificate_authority.origin import Origin
from certificate_authority.owner import UNFINISHED
from certificate_authority.properties import AuthorityProperties
from certificate_authority.refusal import OccupiedParameter
from certificate_authority.registered import Registered
from certificate_authority.registration import Registration, Terms
from certificate_authority.search import Choice, Former, Search
from certificate_authority.standing import WANTED, deviation
from certificate_authority.tags import TagChange, reverse, tag_change
from certificate_authority.undo import Undo, undone_on_failure
from contract import CERTIFICATE_ID, Openness
from pki.path import CertificationPath
from telemetry import report


@dataclass(frozen=True)
class Established:
    """An authority as it was asked for; `mended` says, as a code, what somebody had changed by hand."""

    certificate: x509.Certificate
    arn: str
    mended: str | None


@dataclass(frozen=True)
class Authority:
    """Where an authority lives: the parameter that keeps its certificate, and its registration."""

    parameter: CertificateParameter
    registration: Registration

    def establish(
        self, wanted: AuthorityProperties, origin: Origin, former: Former | None = None
    ) -> Established:
        """Bring about the authority that is wanted, and take back what this call did if it fails.

        The certificate is kept before it is registered, so a repeated call finds and uses it again. An
        update gives the `former` authority: if it, or one that an unfinished update replaced, is the one
        wanted, it stays.

        Raises:
            OccupiedParameter: the parameter holds a certificate that is none of this resource's.
            ChangedIdentity: another authority is wanted, and `replace` does not allow it.
            ForeignAuthority, UnusableRegistration: AWS IoT has it, but not from here or not in this mode.
            BadSignature, UnfitCertificate: what the origin raises.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        search = Search(self.parameter, self.registration, former)
        choice = search.choose(wanted, origin)
        if choice.orphan is not None:
            self.registration.deregister(choice.orphan)
        with undone_on_failure() as undo:
            choice = self._keep(choice, search, wanted, origin, undo)
            registered = choice.registered or self._register(choice.path, wanted, origin, undo)
            self._adjust(registered, wanted, former, undo)
        mended = _mended(choice, search.kept, wanted, former)
        outcome = "mended" if mended else "kept" if choice.registered else "made"
        report(
            outcome,
            operation="authority",
            reason=mended,
            certificate_id=registered.id,
            openness=wanted.openness,
        )
        return Established(registered.certificate, registered.arn, mended)

    def _keep(
        self, choice: Choice, search: Search, wanted: AuthorityProperties, origin: Origin, undo: Undo
    ) -> Choice:
        """Write the certificate into the parameter; join another run of the same event that was first."""
        path, kept = choice.path, search.kept
        if kept == path:
            return choice
        undo.by(partial(self.parameter.withdraw, path.id, None if choice.orphan else kept))
        if kept is not None:
            self.parameter.replace(path)
            return choice
        first = self.parameter.keep_first(path)
        if first == path:
            return choice
        if not origin.describes(first.authority):
            raise OccupiedParameter(
                f"the parameter {self.parameter.name} got the certificate of another authority meanwhile; "
                "two authorities must not share a name"
            )
        return search.candidate(first, wanted.mode)

    def _register(
        self, path: CertificationPath, wanted: AuthorityProperties, origin: Origin, undo: Undo
    ) -> Registered:
        tags = {**wanted.tags, **self.registration.owner.tags, UNFINISHED: "true"}
        terms = Terms(WANTED[wanted.openness], wanted.mode, tags)
        undo.by(partial(self.registration.deregister_own, path.id))
        return self.registration.register(path.authority, partial(origin.verification, path.authority), terms)

    def _adjust(
        self, found: Registered, wanted: AuthorityProperties, former: Former | None, undo: Undo
    ) -> None:
        """Change openness and tags of what is registered; that it is finished is written last."""
        standing = WANTED[wanted.openness]
        undo.by(
            partial(self.registration.bring, replace(found, standing=standing, template=None), found.standing)
        )
        self.registration.bring(found, standing)
        change = self._tag_change(found, wanted, former)
        undo.by(partial(self.registration.change_tags, found.arn, reverse(change, found.tags)))
        self.registration.change_tags(found.arn, change)

    def _tag_change(self, found: Registered, wanted: AuthorityProperties, former: Former | None) -> TagChange:
        no_longer = {UNFINISHED, *(former.tags if former else ())}
        return tag_change(found.tags, {**wanted.tags, **self.registration.owner.tags}, no_longer)

    def remove(self, ca_id: str, devices: DeviceCertificates | None) -> None:
        """Take an authority away, registration first; what is not there, or not ours, is left alone.

        An id that is no certificate id stands for an authority that was never made. Without `devices`, it
        goes although devices have certificates from it.

        Raises:
            DevicesLeft: there are such certificates; nothing was changed.
        """
        if not CERTIFICATE_ID.fullmatch(ca_id):
            return
        found = self.registration.find(ca_id)
        if found is not None and found.owner in (None, self.registration.owner):
            if devices is not None:
                devices.check_none(ca_id)
            self.registration.deregister(ca_id)
        self.parameter.withdraw(ca_id)
        report("removed", operation="authority", certificate_id=ca_id)


def _mended(
    choice: Choice, kept: CertificationPath | None, wanted: AuthorityProperties, former: Former | None
) -> str | None:
    """Say what somebody had changed by hand, as a code; an authority that is made or replaced has none."""
    found = choice.registered
    if former is None or (former.id != choice.path.id and kept is not None):
        return None
    if found is None:
        return "deleted"
    if found.template is not None and wanted.openness is Openness.OPEN:
        return "provisioning_template"
    if kept is None:
        return "parameter_deleted"
    return deviation(found.standing, former.openness, wanted.openness)
