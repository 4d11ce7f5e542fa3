"""What infrastructure and runtime agree on, said once: names that cross the line between them.

The stack writes these names into environment variables and resource properties; the functions read
them there. Standard library only, since the smallest function carries this file too.
"""

from enum import StrEnum


class Custody(StrEnum):
    """Who holds an authority's private key."""

    KMS = "kms"
    SECRETS_MANAGER = "secrets_manager"


class KeyAlgorithm(StrEnum):
    """Key algorithms an authority may have."""

    P256 = "P-256"
    P384 = "P-384"
    RSA2048 = "RSA-2048"


class Variable(StrEnum):
    """Environment variables of the functions."""

    ACCOUNT_ID = "ACCOUNT_ID"
    AUTHORITY_CERTIFICATE_ID = "AUTHORITY_CERTIFICATE_ID"
    AUTHORITY_CERTIFICATE_PARAMETER = "AUTHORITY_CERTIFICATE_PARAMETER"
    AUTHORITY_CUSTODY = "AUTHORITY_CUSTODY"
    AUTHORITY_KEY = "AUTHORITY_KEY"
    CA_CERTIFICATE_IDS = "CA_CERTIFICATE_IDS"
    DEVICE_POLICY = "DEVICE_POLICY"
    ENVIRONMENT = "ENVIRONMENT"
    ISSUANCE_RECORDS = "ISSUANCE_RECORDS"
    LEAF_VALIDITY_DAYS = "LEAF_VALIDITY_DAYS"


class AuthorityProperty(StrEnum):
    """Properties of the custom resource that makes and registers an authority."""

    ALGORITHM = "Algorithm"
    CERTIFICATE_PARAMETER = "CertificateParameter"
    CUSTODY = "Custody"
    KEY_ID = "KeyId"
    SUBJECT = "Subject"
    VALIDITY_DAYS = "ValidityDays"


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
"""Partition key of the issuance records: a certificate id, or ``csr#<digest>`` for a request."""

POLICY_NAME_PROPERTY = "PolicyName"
"""Property of the custom resource that releases the device policy."""

METRIC_NAMESPACE = "JustInTimeRegistration"


def stack_name(environment: str) -> str:
    """Give the CloudFormation stack name of an environment."""
    return f"{environment}-jitr"


def certificate_parameter(environment: str, authority: str) -> str:
    """Give the Systems Manager parameter that holds an authority's (public) certificate."""
    return f"/jitr/{environment}/authorities/{authority}/certificate"
