"""What others say of our certificates: OpenSSL's chain verification, and pkilint."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pkilint import loader, validation  # type: ignore[import-untyped]  # it ships no types
from pkilint.pkix import certificate as pkix  # type: ignore[import-untyped]  # the same
from pkilint.pkix import extension, name

LINTER = pkix.create_pkix_certificate_validator_container(
    pkix.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
    [
        pkix.create_issuer_validator_container([]),
        pkix.create_validity_validator_container(),
        pkix.create_subject_validator_container([]),
        pkix.create_extensions_validator_container([]),
        pkix.create_spki_validator_container([]),
    ],
)
"""The same checks as `lint_pkix_cert lint`, in this process."""

LOADER = loader.RFC5280CertificateDocumentLoader()


def lint(
    certificate: x509.Certificate, threshold: validation.ValidationFindingSeverity | None = None
) -> list[str]:
    """Give the codes of pkilint's findings, from WARNING on unless told otherwise."""
    least = threshold or validation.ValidationFindingSeverity.WARNING
    document = LOADER.load_der_document(certificate.public_bytes(serialization.Encoding.DER), "certificate")
    results = LINTER.validate(document.root)
    found = [description.finding for result in results for description in result.finding_descriptions]
    return sorted(finding.code for finding in found if finding.severity <= least)


def errors(certificate: x509.Certificate) -> list[str]:
    """Give the codes of pkilint's findings from ERROR on."""
    return lint(certificate, validation.ValidationFindingSeverity.ERROR)


def openssl_verify(certificate: x509.Certificate, ca: x509.Certificate) -> str:
    """Give what `openssl verify` prints: `certificate.pem: OK` when the chain is sound."""
    with TemporaryDirectory() as folder:
        Path(folder, "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
        Path(folder, "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        command = [
            "openssl",
            "verify",
            "-x509_strict",
            "-check_ss_sig",
            "-CAfile",
            "ca.pem",
            "certificate.pem",
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
