"""What AWS refuses, in one line: what was wrong and what to do."""

from botocore import exceptions as aws

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedException", "AuthorizationError")
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
UNKNOWN = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
)
BUSY = ("Throttling", "ThrottlingException", "TooManyRequestsException", "ServiceUnavailableException")

ADVICE = {
    **dict.fromkeys(DENIED, "these credentials may not do that; use others, or extend their policy"),
    **dict.fromkeys(EXPIRED, "the credentials have expired; sign in again"),
    **dict.fromkeys(UNKNOWN, "AWS does not know these credentials; check AWS_PROFILE and AWS_ACCESS_KEY_ID"),
    **dict.fromkeys(BUSY, "AWS is busy with this account; try again in a minute"),
    "RegistrationCodeValidationException": "the verification certificate carries another account's or "
    "Region's code; make it anew",
    "CertificateValidationException": "AWS IoT does not accept this certificate as an authority's",
    "LimitExceededException": "an account may hold ten authorities with one subject; give yours its own, or "
    "delete one",
}


ELSEWHERE: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError),
        "no usable AWS credentials ({}); set AWS_PROFILE, or run `aws configure`",
    ),
    ((aws.TokenRetrievalError, aws.SSOError), "the sign-in has ended ({}); run `aws sso login`"),
    ((aws.ProfileNotFound,), "{}; check AWS_PROFILE"),
    ((aws.NoRegionError,), "no AWS Region; set AWS_REGION, or region in the environment's file"),
    ((aws.SSLError,), "the server's certificate is not trusted ({}); check AWS_CA_BUNDLE"),
    ((aws.HTTPClientError, aws.ConnectionError), "AWS cannot be reached: {}"),
)
"""What goes wrong before AWS answers; the first line that fits is said."""


def explained(error: Exception) -> str:
    """Say an error of botocore in one line."""
    if isinstance(error, aws.ClientError):
        return _refused(error)
    said = next((text for kinds, text in ELSEWHERE if isinstance(error, kinds)), "AWS: {}")
    return said.format(_line(error))


def code_of(error: aws.ClientError) -> str:
    """Give AWS's name of the error, e.g. ResourceNotFoundException."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _refused(error: aws.ClientError) -> str:
    code = code_of(error)
    message = error.response.get("Error", {}).get("Message") or code
    advice = f"; {ADVICE[code]}" if code in ADVICE else ""
    return f"{error.operation_name}: {_line(message)} ({code}){advice}"


def _line(text: object) -> str:
    return " ".join(str(text).split())
