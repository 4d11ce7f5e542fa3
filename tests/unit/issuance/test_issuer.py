"""The authority that a function signs with is the one that it was deployed for, and stays so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contract import KeyAlgorithm
from issuance.issuer import FRESH_FOR, IssuerSource, WrongAuthority
from pki.authority import authority_certificate, subject_name
from pki.custody import KmsCustody
from pki.identity import certificate_id, pem
from pki.keys import generate_key
from tests.unit.pki.honest_kms import HonestKms

NOW = datetime.now(UTC)


class Parameter:
    """A stand-in for Systems Manager with one parameter, which counts how often it is read."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.reads = 0

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803  # AWS's name
        self.reads += 1
        return {"Parameter": {"Name": Name, "Value": self.value}}


@pytest.fixture
def kms() -> HonestKms:
    return HonestKms(ec.SECP256R1())


@pytest.fixture
def ca(kms: HonestKms) -> x509.Certificate:
    return authority(kms)


def authority(kms: HonestKms) -> x509.Certificate:
    return authority_certificate(kms.key, subject_name({"common_name": "Fleet"}), timedelta(days=100))


def source(parameter: Parameter, kms: HonestKms, expected: x509.Certificate) -> IssuerSource:
    custody = KmsCustody(kms, "key")  # type: ignore[arg-type]  # a stand-in
    return IssuerSource(parameter, "/certificate", custody, certificate_id(expected))  # type: ignore[arg-type]  # a stand-in


def test_certificate_and_key_are_loaded_once_for_many_calls(kms: HonestKms, ca: x509.Certificate) -> None:
    parameter = Parameter(pem(ca))
    loaded = source(parameter, kms, ca)

    issuers = {id(loaded.issuer(NOW + timedelta(seconds=second))) for second in range(100)}

    assert len(issuers) == 1
    assert parameter.reads == 1
    assert kms.calls == ["GetPublicKey"]


def test_after_five_minutes_the_authority_is_looked_at_again(kms: HonestKms, ca: x509.Certificate) -> None:
    parameter = Parameter(pem(ca))
    loaded = source(parameter, kms, ca)
    loaded.issuer(NOW)

    loaded.issuer(NOW + FRESH_FOR + timedelta(seconds=1))

    assert parameter.reads == 2


def test_a_parameter_that_was_exchanged_stops_issuance(kms: HonestKms, ca: x509.Certificate) -> None:
    parameter = Parameter(pem(ca))
    loaded = source(parameter, kms, ca)
    loaded.issuer(NOW)
    other = authority(kms)
    parameter.value = pem(other)

    with pytest.raises(WrongAuthority, match=certificate_id(other)):
        loaded.issuer(NOW + timedelta(hours=1))
    with pytest.raises(WrongAuthority):
        loaded.issuer(NOW)


def test_a_key_that_is_not_the_authoritys_stops_issuance(ca: x509.Certificate) -> None:
    other = HonestKms(ec.SECP256R1())

    with pytest.raises(WrongAuthority, match="not that of the authority"):
        source(Parameter(pem(ca)), other, ca).issuer(NOW)


def test_a_parameter_without_a_certificate_stops_issuance(kms: HonestKms, ca: x509.Certificate) -> None:
    with pytest.raises(WrongAuthority, match="holds no certificate"):
        source(Parameter("nothing"), kms, ca).issuer(NOW)


def test_a_key_of_another_kind_stops_issuance(kms: HonestKms) -> None:
    rsa = generate_key(KeyAlgorithm.RSA2048)
    ca = authority_certificate(rsa, subject_name({"common_name": "Fleet"}), timedelta(days=100))

    with pytest.raises(WrongAuthority):
        source(Parameter(pem(ca)), kms, ca).issuer(NOW)
