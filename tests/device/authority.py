"""A throw-away certificate authority for the tests: the fleet's, or the server's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Validity(NamedTuple):
    """From when until when, counted from now."""

    since: timedelta = timedelta(minutes=-5)
    until: timedelta = timedelta(days=1)


A_DAY = Validity()
A_YEAR = Validity(until=timedelta(days=365))


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.touch(mode=0o600)
    file.write_bytes(pem)
    return file


@dataclass(frozen=True)
class Authority:
    """A CA with its certificate in `file` (PEM)."""

    file: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def make(cls, folder: Path, name: str) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        authority = cls(folder / f"{name}.pem", key, common_name(name))
        certificate = authority.certificate(authority.name, key.public_key(), authority=True)
        authority.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return authority

    def certificate(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        *,
        authority: bool = False,
        host: str | None = None,
        valid: Validity = A_DAY,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        names = [x509.DNSName(host)] if host else [x509.DNSName("device.invalid")]
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + valid.since)
            .not_valid_after(now + valid.until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def sign(self, csr: Path, out: Path, valid: Validity = A_DAY) -> x509.Certificate:
        """Turn a device's CSR file into a certificate file."""
        request = x509.load_pem_x509_csr(csr.read_bytes())
        public_key = request.public_key()
        assert isinstance(public_key, ec.EllipticCurvePublicKey)
        certificate = self.certificate(request.subject, public_key, valid=valid)
        out.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return certificate


@dataclass(frozen=True)
class ServerIdentity:
    """What a TLS server on `localhost` shows, and the CA file that a client checks it with."""

    certificate: Path
    key: Path
    ca: Path

    @classmethod
    def make(cls, folder: Path) -> ServerIdentity:
        authority = Authority.make(folder, "server-ca")
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority.certificate(common_name("localhost"), key.public_key(), host="localhost")
        (folder / "server.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(folder / "server.crt", write_key(folder / "server.key", key), authority.file)
