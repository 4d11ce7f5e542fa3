"""An authority is made: kept, registered, and taking devices."""

import json

import pytest
from botocore.exceptions import ClientError
from cryptography import x509

from certificate_authority.handler import AuthorityFailed
from certificate_authority.properties import InvalidProperties
from certificate_authority.refusal import OccupiedParameter
from pki.custody import UnusableKey
from pki.identity import certificate_id
from tests.unit.certificate_authority.account import PARAMETER, Account, Properties
from tests.unit.certificate_authority.events import create
from tests.unit.certificate_authority.honest_iot import ARN, error
from tests.unit.pki.judges import lint, openssl_verify


def kept(account: Account) -> x509.Certificate:
    return x509.load_pem_x509_certificate((account.parameter() or "").encode())


def test_the_authority_is_kept_and_registered_for_devices_to_come_in(
    account: Account, properties: Properties
) -> None:
    answer = create(properties)

    ca_id = answer["PhysicalResourceId"]
    registered = account.iot.authorities[ca_id]
    assert certificate_id(kept(account)) == ca_id
    assert registered["certificatePem"] == account.parameter()
    assert registered["status"] == "ACTIVE"
    assert registered["autoRegistrationStatus"] == "ENABLE"
    assert registered["certificateMode"] == "DEFAULT"


def test_the_answer_names_the_authority_and_its_end(account: Account, properties: Properties) -> None:
    answer = create(properties)

    ca = kept(account)
    assert answer == {
        "PhysicalResourceId": certificate_id(ca),
        "Data": {
            "CertificateId": certificate_id(ca),
            "CertificateArn": ARN + certificate_id(ca),
            "NotAfter": ca.not_valid_after_utc.isoformat(),
            "Mended": "",
        },
    }


def test_the_answer_is_far_below_cloudformations_4096_bytes(account: Account, properties: Properties) -> None:
    assert len(json.dumps(create(properties))) < 1024


def test_the_certificate_is_kept_before_it_is_registered(account: Account, properties: Properties) -> None:
    create(properties)

    calls = account.journal.calls
    assert calls.index("ssm.put_parameter") < calls.index("iot.register_ca_certificate")


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "RSA-2048"])
def test_an_authority_whose_key_is_in_a_secret_is_sound(account: Account, algorithm: str) -> None:
    create(account.properties("secrets_manager", algorithm))

    assert openssl_verify(kept(account), kept(account)) == "certificate.pem: OK"
    assert lint(kept(account)) == []
    assert len(account.iot.authorities) == 1


def test_subject_and_validity_are_those_asked_for(account: Account, properties: Properties) -> None:
    create(properties)

    ca = kept(account)
    assert ca.subject.rfc4514_string() == "CN=Example fleet CA,O=Example"
    assert (ca.not_valid_after_utc - ca.not_valid_before_utc).days == 3650


@pytest.mark.parametrize("custody", ["kms", "secrets_manager"])
def test_a_redelivered_event_gives_the_same_authority(account: Account, custody: str) -> None:
    first = create(account.properties(custody))

    second = create(account.properties(custody))

    assert second == first
    assert list(account.iot.authorities) == [first["PhysicalResourceId"]]


def test_a_redelivered_event_finishes_what_a_killed_function_began(
    account: Account, properties: Properties
) -> None:
    first = create(properties)
    account.iot.lose_authorities()  # as if it had been killed between keeping and registering

    second = create(properties)

    assert second == first
    assert list(account.iot.authorities) == [first["PhysicalResourceId"]]


def test_an_authority_that_is_registered_already_is_opened_for_devices(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.authorities[ca_id] |= {"status": "INACTIVE", "autoRegistrationStatus": "DISABLE"}

    create(properties)

    assert account.iot.authorities[ca_id]["status"] == "ACTIVE"
    assert account.iot.authorities[ca_id]["autoRegistrationStatus"] == "ENABLE"


def test_already_exists_from_a_registration_whose_answer_was_lost_is_success(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = account.iot.register_ca_certificate

    def registered_twice(**arguments: object) -> object:
        register(**arguments)  # type: ignore[arg-type]  # passed on as they came
        return register(**arguments)  # type: ignore[arg-type]  # boto3 tries again

    monkeypatch.setattr(account.iot, "register_ca_certificate", registered_twice)

    answer = create(properties)

    assert list(account.iot.authorities) == [answer["PhysicalResourceId"]]


def test_of_two_deliveries_at_once_both_give_the_first_ones_authority(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = account.ssm.put_parameter
    answers: list[dict[str, object]] = []

    def overtaken(**arguments: object) -> object:
        monkeypatch.setattr(account.ssm, "put_parameter", put)
        answers.append(create(properties))  # the other delivery comes in just before
        return put(**arguments)

    monkeypatch.setattr(account.ssm, "put_parameter", overtaken)

    answer = create(properties)

    assert [answer] == answers
    assert list(account.iot.authorities) == [answer["PhysicalResourceId"]]


def test_a_parameter_left_by_a_run_that_died_is_taken_over(account: Account, properties: Properties) -> None:
    create(properties)
    account.iot.lose_authorities()
    other = properties | {"Subject": {"common_name": "Another"}}

    answer = create(other)

    assert certificate_id(kept(account)) == answer["PhysicalResourceId"]
    assert kept(account).subject.rfc4514_string() == "CN=Another"


def test_the_parameter_of_a_living_authority_is_left_alone(account: Account, properties: Properties) -> None:
    first = create(properties)

    with pytest.raises(OccupiedParameter, match=first["PhysicalResourceId"]):
        create(properties | {"Subject": {"common_name": "Another"}})

    assert certificate_id(kept(account)) == first["PhysicalResourceId"]
    assert list(account.iot.authorities) == [first["PhysicalResourceId"]]


def test_a_parameter_with_other_content_is_left_alone(account: Account, properties: Properties) -> None:
    account.ssm.put_parameter(Name=PARAMETER, Value="somebody's", Type="String")

    with pytest.raises(OccupiedParameter, match=PARAMETER):
        create(properties)

    assert account.parameter() == "somebody's"
    assert account.iot.authorities == {}


def test_a_key_of_another_algorithm_fails_before_anything_is_made(
    account: Account, properties: Properties
) -> None:
    with pytest.raises(UnusableKey, match="P-384"):
        create(properties | {"Algorithm": "P-384"})

    assert account.parameter() is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"Custody": "pocket"}, "pocket"),
        ({"Algorithm": "RSA-1024"}, "RSA-1024"),
        ({"KeyId": ""}, "KeyId"),
        ({"ValidityDays": "0"}, "ValidityDays"),
        ({"ValidityDays": "ten"}, "ValidityDays"),
        ({"ValidityDays": "-1"}, "ValidityDays"),
        ({"ValidityDays": "9" * 5000}, "ValidityDays"),
        ({"ValidityDays": 3650}, "ValidityDays"),
        ({"Subject": {}}, "Subject"),
        ({"Subject": "CN=x"}, "not usable"),
        ({"Subject": {"common_name": 5}}, "not usable"),
        ({"Subject": {"colour": "blue"}}, "colour"),
        ({"CertificateParameter": None}, "CertificateParameter"),
    ],
)
def test_properties_that_make_no_sense_are_named(
    account: Account, properties: Properties, change: Properties, complaint: str
) -> None:
    with pytest.raises(InvalidProperties, match=complaint):
        create(properties | change)

    assert account.journal.calls == []


def test_a_missing_property_is_named(account: Account, properties: Properties) -> None:
    del properties["KeyId"]

    with pytest.raises(InvalidProperties, match="KeyId is missing"):
        create(properties)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("RegistrationCodeValidationException", "deploy again"),
        ("CertificateValidationException", "did not accept the certificate"),
        ("ThrottlingException", "too many calls"),
        ("ServiceUnavailableException", "out of service"),
        ("InternalFailureException", "failed inside"),
        ("SomethingNewException", "SomethingNewException"),
    ],
)
def test_what_aws_refuses_is_explained(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch, code: str, meaning: str
) -> None:
    def refuse(**_: object) -> None:
        raise error(code, "RegisterCACertificate")

    monkeypatch.setattr(account.iot, "register_ca_certificate", refuse)

    with pytest.raises(AuthorityFailed, match=meaning) as failure:
        create(properties)

    assert "as AWS says it" in str(failure.value)
    assert isinstance(failure.value.__cause__, ClientError)
