"""The Systems Manager parameter in which an authority's certificate is kept, for all to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from certificate_authority.refusal import OccupiedParameter
from pki.path import CertificationPath, load_path

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class CertificateParameter:
    """One parameter of the type String: the authority's certificate, then those above it.

    Errors of AWS (`botocore.exceptions.ClientError`) pass through.
    """

    def __init__(self, ssm: SSMClient, name: str) -> None:
        self._ssm = ssm
        self.name = name

    def read(self) -> CertificationPath | None:
        """Give the certificate that is kept; None when there is no such parameter.

        Raises:
            OccupiedParameter: what is kept is no certificate.
        """
        try:
            text = self._ssm.get_parameter(Name=self.name)["Parameter"]["Value"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        path = _path(text)
        if path is None:
            raise OccupiedParameter(
                f"the parameter {self.name} holds something that is no certificate; "
                "see what it is, delete it, and deploy again"
            )
        return path

    def earlier(self) -> Iterator[CertificationPath]:
        """Give the certificates that were kept before, the latest first."""
        pages = self._ssm.get_paginator("get_parameter_history").paginate(Name=self.name)
        kept = [version["Value"] for page in pages for version in page["Parameters"]]
        return filter(None, map(_path, reversed(kept)))

    def keep_first(self, path: CertificationPath) -> CertificationPath:
        """Keep a certificate unless one is kept already; give the one that is kept in the end.

        When two calls race, or one is repeated because its answer was lost, what came first counts.
        """
        try:
            self._put(path, overwrite=False)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterAlreadyExists":
                raise
            return self.read() or path
        return path

    def replace(self, path: CertificationPath) -> None:
        """Keep a certificate instead of what is kept now."""
        self._put(path, overwrite=True)

    def withdraw(self, certificate_id: str, before: CertificationPath | None = None) -> None:
        """Take a certificate out again and put back what was there before; leave any other one alone."""
        if not self._holds(certificate_id):
            return
        if before is not None:
            self.replace(before)
        else:
            self._delete()

    def _delete(self) -> None:
        try:
            self._ssm.delete_parameter(Name=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise

    def _holds(self, id_: str) -> bool:
        try:
            kept = self.read()
        except OccupiedParameter:
            return False
        return kept is not None and kept.id == id_

    def _put(self, path: CertificationPath, *, overwrite: bool) -> None:
        self._ssm.put_parameter(
            Name=self.name,
            Value=path.pem,
            Type="String",
            Description="Certificate of a device certificate authority (public)",
            Overwrite=overwrite,
        )


def _path(text: str) -> CertificationPath | None:
    try:
        return load_path(text)
    except ValueError:
        return None
