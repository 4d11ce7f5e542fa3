"""What infrastructure and runtime agree on, said once: names that cross the line between them.

The stack writes these names into environment variables and resource properties; the functions read
them there. Standard library only, since the smallest function carries this file too.
"""

import re
from enum import StrEnum

CERTIFICATE_ID = re.compile(r"[0-9a-f]{64}")
"""A certificate's id at AWS IoT, of a device or of an authority: the SHA-256 of its DER, lowercase hex."""


class Custody(StrEnum):
    """Who holds an authority's private key."""

    EXTERNAL = "external"
    KMS = "kms"
    SECRETS_MANAGER = "secrets_manager"


class KeyAlgorithm(StrEnum):
    """Key algorithms an authority may have."""

    P256 = "P-256"
    P384 = "P-384"
    RSA2048 = "RSA-2048"


class CertificateMode(StrEnum):
    """How AWS IoT finds a device's authority (RegisterCACertificate, `certificateMode`).

    In DEFAULT mode one account in a Region may hold an authority, and shows that it holds the key; in
    SNI_ONLY mode many accounts may, and devices must name their endpoint.
    """

    DEFAULT = "DEFAULT"
    SNI_ONLY = "SNI_ONLY"


class Openness(StrEnum):
    """How far a registered authority is open to devices."""

    OPEN = "open"
    """ACTIVE, and devices that it never saw come in just in time."""
    CLOSED = "closed"
    """ACTIVE: its devices go on working, and no new ones come in."""
    RETIRED = "retired"
    """INACTIVE."""


class SecondCertificate(StrEnum):
    """What becomes of a certificate whose thing has one already."""

    REFUSE = "refuse"
    """It stays out as long as the first is in use."""
    REPLACE = "replace"
    """The first is deactivated once the second is ACTIVE."""
    KEEP_BOTH = "keep_both"


class Variable(StrEnum):
    """Environment variables of the functions."""

    ACCOUNT_ID = "ACCOUNT_ID"
    ADOPTED_CA_CERTIFICATE_IDS = "ADOPTED_CA_CERTIFICATE_IDS"
    AUTHORITY_CERTIFICATE_ID = "AUTHORITY_CERTIFICATE_ID"
    AUTHORITY_CERTIFICATE_PARAMETER = "AUTHORITY_CERTIFICATE_PARAMETER"
    AUTHORITY_CUSTODY = "AUTHORITY_CUSTODY"
    AUTHORITY_KEY = "AUTHORITY_KEY"
    CA_CERTIFICATE_IDS = "CA_CERTIFICATE_IDS"
    DEAD_LETTER_QUEUE = "DEAD_LETTER_QUEUE"
    DECISION_FUNCTION = "DECISION_FUNCTION"
    DEVICE_POLICY = "DEVICE_POLICY"
    ENVIRONMENT = "ENVIRONMENT"
    EVENT_BUS = "EVENT_BUS"
    ISSUANCE_RECORDS = "ISSUANCE_RECORDS"
    LEAF_VALIDITY_DAYS = "LEAF_VALIDITY_DAYS"
    PROVISIONING_TEMPLATE = "PROVISIONING_TEMPLATE"
    QUEUE_RETENTION_SECONDS = "QUEUE_RETENTION_SECONDS"
    REFUSALS_PER_SECOND = "REFUSALS_PER_SECOND"
    REGISTRATIONS_PER_SECOND = "REGISTRATIONS_PER_SECOND"
    REGISTRATION_QUEUE = "REGISTRATION_QUEUE"
    SECOND_CERTIFICATE = "SECOND_CERTIFICATE"


class AuthorityProperty(StrEnum):
    """Properties of the custom resource that makes and registers an authority."""

    ALGORITHM = "Algorithm"
    CERTIFICATE = "Certificate"
    CERTIFICATE_PARAMETER = "CertificateParameter"
    CUSTODY = "Custody"
    DELETE_WITH_CERTIFICATES = "DeleteWithCertificates"
    KEY_ID = "KeyId"
    MODE = "Mode"
    OPENNESS = "Openness"
    RECHECK = "Recheck"
    REPLACE = "Replace"
    SUBJECT = "Subject"
    TAGS = "Tags"
    VALIDITY_DAYS = "ValidityDays"
    VERIFICATION_CERTIFICATE = "VerificationCertificate"


class Output(StrEnum):
    """Outputs of a deployed stack, by which the commands find its parts."""

    DEAD_LETTER_QUEUE = "DeadLetterQueue"
    DEVICE_POLICY = "DevicePolicy"
    ISSUANCE_FUNCTION = "IssuanceFunction"
    ISSUANCE_RECORDS = "IssuanceRecords"
    ISSUING_AUTHORITY = "IssuingAuthority"
    REGISTRATION_FUNCTION = "RegistrationFunction"
    REGISTRATION_QUEUE = "RegistrationQueue"


RECORD_KEY = "id"
"""Partition key of the issuance records: certificate ids, ``csr#<digest>`` of requests, ``thing#<name>``."""

RECORDS_BY_ISSUER = "by-issuer"
"""Index of the issuance records: partition key `issuer`, sort key `state`, keys only."""

POLICY_NAME_PROPERTY = "PolicyName"
"""Property of the custom resource that releases the device policy."""

MOST_REQUESTS = 50
"""Signing requests that the issuance function takes at once: a second's work of one CPU at most, and with the
longest requests and certificates less than a megabyte each way (Lambda allows six)."""

METRIC_NAMESPACE = "JustInTimeRegistration"


def stack_name(environment: str) -> str:
    """Give the CloudFormation stack name of an environment."""
    return f"{environment}-jitr"


def certificate_parameter(environment: str, authority: str) -> str:
    """Give the Systems Manager parameter that holds an authority's (public) certificate."""
    return f"/jitr/{environment}/authorities/{authority}/certificate"


def key_parameter(environment: str, authority: str) -> str:
    """Give the Systems Manager parameter that names an authority's key: the ARN of a KMS key or a secret."""
    return f"/jitr/{environment}/authorities/{authority}/key"
