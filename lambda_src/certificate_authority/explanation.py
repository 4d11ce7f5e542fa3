"""What AWS's refusals mean here, for the person who deploys."""

from botocore.exceptions import ClientError

_MEANINGS = {
    "ResourceAlreadyExistsException": "AWS IoT has a certificate under this id already that cannot be used",
    "RegistrationCodeValidationException": "AWS IoT did not accept the registration code in the verification "
    "certificate: it was deleted or made anew meanwhile; deploy again, for an external authority with a new "
    "verification certificate (jitr ca verification-csr)",
    "CertificateValidationException": "AWS IoT did not accept the certificate of the authority, or the "
    "verification certificate; see what it says",
    "CertificateConflictException": "another account in this Region has registered this authority",
    "CertificateStateException": "the authority is in a state that does not allow this; "
    "see what it is in the AWS IoT console, and deploy again",
    "LimitExceededException": "a limit of AWS IoT is reached; see what it says",
    "ThrottlingException": "AWS received too many calls at once; deploy again in a minute",
    "ServiceUnavailableException": "AWS is out of service at the moment; deploy again later",
    "InternalFailureException": "AWS failed inside; deploy again later",
    "UnauthorizedException": "the function's role lacks a permission",
    "AccessDeniedException": "the function's role, or the policy of the key or secret, lacks a permission",
    "NotFoundException": "the KMS key is not there",
    "DisabledException": "the KMS key is disabled; enable it, and deploy again",
    "KMSInvalidStateException": "the KMS key cannot be used, for instance because its deletion is scheduled",
    "ResourceNotFoundException": "the secret or authority is not there",
}


def explain(error: ClientError) -> str:
    """Say in a sentence what AWS refused, what that means, and AWS's own words."""
    code = error.response["Error"]["Code"]
    said = error.response["Error"].get("Message", "")
    meaning = _MEANINGS.get(code, "AWS refused a call")
    return f"{meaning} ({error.operation_name}: {code}: {said:.500})"
