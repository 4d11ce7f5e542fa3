"""A certificate as AWS IoT gives it, read into a record: for authorities whose certificates need none.

It needs `cryptography`, so nothing imports it where every certificate has its record already.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509

from adoption.device_certificate import UNREADABLE, record_of
from adoption.unfit import UnfitCertificate
from contract import Variable
from pki.names import long_names, subject_fields
from pki.refused import RefusedRequest
from provisioning.rendering import Environment, provisioned
from provisioning.template import ProvisioningTemplate
from records.provisioning import InvalidProvisioning
from records.record import IssuanceRecord, Source
from registration.refusal import Reason, Refused
from registration.settings import MisconfiguredFunction, Settings


@dataclass(frozen=True)
class AnnouncedCertificates:
    """Makes records of certificates, with the thing that the environment's template makes of each."""

    template: ProvisioningTemplate
    environment: Environment

    def read(self, pem: str, issuer: str) -> IssuanceRecord:
        """Make the record of a certificate (PEM) that AWS IoT found `issuer` (certificate id) to have signed.

        Raises:
            Refused: it is no device's, or its subject makes no thing.
        """
        try:
            with long_names():
                certificate = x509.load_pem_x509_certificate(pem.encode())
                record = record_of(certificate, issuer, Source.ADOPTED)
                fields = subject_fields(certificate.subject)
            return provisioned(record, self.template, fields, self.environment)
        except (UnfitCertificate, RefusedRequest) as unfit:
            raise Refused(Reason.UNFIT, f"{unfit.reason}: {unfit}") from None
        except InvalidProvisioning as invalid:
            raise Refused(Reason.UNFIT, str(invalid)) from None
        except UNREADABLE as error:
            raise Refused(Reason.UNFIT, f"It cannot be read as an X.509 certificate: {error}") from None


def announced_certificates(
    settings: Settings, variables: Mapping[str, str] = os.environ
) -> AnnouncedCertificates:
    """Put together what reads certificates in this environment.

    Raises:
        MisconfiguredFunction: which variable, and what it should hold.
    """
    text = variables.get(Variable.PROVISIONING_TEMPLATE, "")
    try:
        template = ProvisioningTemplate.from_json(text)
    except (ValueError, TypeError, KeyError) as error:
        raise MisconfiguredFunction(f"{Variable.PROVISIONING_TEMPLATE} is {text!r:.100}: {error!r}") from None
    # Lambda sets it (Lambda developer guide, "Defined runtime environment variables").
    region = variables.get("AWS_REGION", "")
    return AnnouncedCertificates(template, Environment(settings.environment, settings.account, region))
