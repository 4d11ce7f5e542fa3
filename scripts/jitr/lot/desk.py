"""One process that signs with an authority in files."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509

from jitr.bulk.candidate import Candidate
from jitr.lot.certificate_folder import CertificateFolder
from jitr.lot.outcome import Outcome, Refused, Signed, There
from jitr.requests import check_thing_name, said
from pki.identity import certificate_id, pem
from pki.keys import SigningKey
from pki.leaf import LeafForm
from pki.refused import RefusedRequest
from pki.request import DeviceRequest, read_request
from pki.signed import checked

FRESH_FOR = 10.0
"""Seconds that certificates share their dates. The first of each such time is verified: a key in this process
and the library that signs with it do not go wrong now and then, as a remote one may, but once and for all."""


@dataclass(frozen=True)
class Authority:
    """An authority in files: certificate, key, and for how long it certifies devices."""

    certificate: x509.Certificate
    key: SigningKey
    validity: timedelta


class SigningDesk:
    """Signs requests one after the other."""

    def __init__(
        self, authority: Authority, folder: CertificateFolder, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._authority = authority
        self._folder = folder
        self._now = now
        self._form: LeafForm | None = None
        self._stale_at = 0.0

    def run(self, candidates: Iterable[Candidate], settle: Callable[[Outcome], None]) -> None:
        """Sign every candidate; `settle` hears of each, in order.

        Raises:
            AuthorityEnding, BadSignature, FailureError: as `sign`.
        """
        for candidate in candidates:
            settle(self.sign(candidate))

    def sign(self, candidate: Candidate) -> Outcome:
        """Check a request, sign it, and write the certificate.

        Raises:
            AuthorityEnding: the authority is at the end of its time.
            BadSignature: the key signs wrongly.
            FailureError: the folder cannot be written.
        """
        try:
            request = read_request(candidate.text)
            check_thing_name(request.common_name)
            return self._certified(candidate, request)
        except RefusedRequest as refused:
            return Refused(candidate.place, refused.reason, said(refused))

    def _certified(self, candidate: Candidate, request: DeviceRequest) -> Outcome:
        file = self._folder.file_for(candidate, request)
        there = self._folder.find(file, request)
        if there is None:
            leaf = self._leaf(request)
            there = self._folder.keep(file, request, pem(leaf))
        if there is not None:
            return There(candidate.place, there, str(file))
        return Signed(candidate.place, request.common_name, certificate_id(leaf), str(file))

    def _leaf(self, request: DeviceRequest) -> x509.Certificate:
        form = self._form
        if form is not None and self._now() < self._stale_at:
            return form.unverified(request, self._authority.key)
        self._form = form = LeafForm(self._authority.certificate, self._authority.validity)
        self._stale_at = self._now() + FRESH_FOR
        leaf = form.unverified(request, self._authority.key)
        return checked(leaf, self._authority.certificate.public_key())
