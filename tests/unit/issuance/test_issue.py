"""What a device gets for its request, and what is remembered of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from mypy_boto3_dynamodb import DynamoDBClient

from contract import KeyAlgorithm
from issuance.issue import Terms, issue
from issuance.issuer import Issuer
from pki.authority import authority_certificate, subject_name
from pki.identity import certificate_id, public_key_hash
from pki.keys import generate_key
from pki.leaf import AuthorityEnding
from pki.path import CertificationPath
from pki.request import DeviceRequest, read_request
from pki.signed import BadSignature
from records.claims import Claims
from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords
from tests.unit.issuance.account import TABLE, make_table
from tests.unit.pki import forging as forge
from tests.unit.pki.judges import openssl_verify
from tests.unit.pki.moto_clients import client
from tests.unit.provisioning.examples import provisioner

NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)
TERMS = Terms(YEAR, provisioner())


@cache
def issuer(name: str = "Fleet") -> Issuer:
    key = generate_key(KeyAlgorithm.P256)
    ca = authority_certificate(key, subject_name({"common_name": name}), 10 * YEAR, NOW)
    return Issuer(CertificationPath(ca), key)


def device_request(thing_name: str = "device-1") -> DeviceRequest:
    return read_request(forge.request_pem(forge.common_name(thing_name)))


def leaf_of(record: IssuanceRecord) -> x509.Certificate:
    return x509.load_pem_x509_certificate(record.certificate.encode())


@pytest.fixture
def dynamodb() -> Iterator[DynamoDBClient]:
    with mock_aws():
        make_table(client("dynamodb"))
        yield client("dynamodb")


@pytest.fixture
def records(dynamodb: DynamoDBClient) -> IssuanceRecords:
    return IssuanceRecords(dynamodb, TABLE)


class LookedTooEarly(IssuanceRecords):
    """Records of which another call is just writing one: the first look does not see it."""

    looked = False

    def issued_for(self, request_digest: str) -> IssuanceRecord | None:
        if self.looked:
            return super().issued_for(request_digest)
        self.looked = True
        return None


def test_the_certificate_verifies_against_its_authority(records: IssuanceRecords) -> None:
    record = issue(device_request(), issuer(), records, TERMS, NOW)

    assert openssl_verify(leaf_of(record), issuer().certificate) == "certificate.pem: OK"


def test_the_record_says_what_the_certificate_says(records: IssuanceRecords) -> None:
    request = device_request()

    record = issue(request, issuer(), records, TERMS, NOW)

    leaf = leaf_of(record)
    assert record == IssuanceRecord(
        certificate_id=certificate_id(leaf),
        thing_name="device-1",
        subject="CN=device-1",
        serial=f"{leaf.serial_number:x}",
        public_key_hash=public_key_hash(request.public_key),
        issuer=certificate_id(issuer().certificate),
        issued_at=NOW,
        not_before=NOW - timedelta(minutes=5),
        not_after=NOW + YEAR,
        certificate=record.certificate,
        request_digest=request.digest,
        state=State.ISSUED,
    )


def test_the_record_is_there_before_the_certificate_is_given_out(records: IssuanceRecords) -> None:
    record = issue(device_request(), issuer(), records, TERMS, NOW)

    assert records.find(record.certificate_id) == record


def test_the_same_request_gets_the_same_certificate(records: IssuanceRecords) -> None:
    first = issue(device_request(), issuer(), records, TERMS, NOW)
    request = read_request(forge.request_pem(forge.common_name("device-2")))
    once = issue(request, issuer(), records, TERMS, NOW)

    again = issue(request, issuer(), records, TERMS, NOW + timedelta(days=3))

    assert again == once
    assert again != first


def test_nothing_is_signed_for_a_request_that_was_answered(records: IssuanceRecords) -> None:
    request = device_request()
    once = issue(request, issuer(), records, TERMS, NOW)
    keyless = Issuer(issuer().path, "no key")  # type: ignore[arg-type]  # any use of it fails

    assert issue(request, keyless, records, TERMS, NOW) == once


@pytest.mark.parametrize("state", [State.REFUSED, State.REVOKED, State.DEACTIVATED, State.REPLACED])
def test_a_request_whose_certificate_had_its_time_gets_a_new_one(
    records: IssuanceRecords, state: State
) -> None:
    request = device_request()
    first = issue(request, issuer(), records, TERMS, NOW)
    records.move(first.certificate_id, to=state, expected={State.ISSUED})

    second = issue(request, issuer(), records, TERMS, NOW)

    assert second.certificate_id != first.certificate_id
    assert records.issued_for(request.digest) == second


def test_a_request_of_a_registered_device_gets_a_new_certificate_and_the_old_record_stays(
    records: IssuanceRecords,
) -> None:
    request = device_request()
    first = issue(request, issuer(), records, TERMS, NOW)
    Claims(records._client, records._table).claim(first, NOW + timedelta(minutes=1))
    records.move(first.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})

    second = issue(request, issuer(), records, TERMS, NOW)

    kept = records.find(first.certificate_id)
    assert second.certificate_id != first.certificate_id
    assert kept is not None
    assert kept.state is State.REGISTERED


def test_after_a_rotation_the_same_request_gets_a_certificate_of_the_new_authority(
    records: IssuanceRecords,
) -> None:
    request = device_request()
    issue(request, issuer(), records, TERMS, NOW)

    second = issue(request, issuer("Next fleet"), records, TERMS, NOW)

    assert second.issuer == issuer("Next fleet").id
    assert openssl_verify(leaf_of(second), issuer("Next fleet").certificate) == "certificate.pem: OK"


def test_an_expired_certificate_is_not_given_out_again(records: IssuanceRecords) -> None:
    request = device_request()
    first = issue(request, issuer(), records, TERMS, NOW)

    second = issue(request, issuer(), records, TERMS, NOW + YEAR)

    assert second.certificate_id != first.certificate_id


def test_of_two_calls_at_once_both_give_the_first_ones_certificate(
    dynamodb: DynamoDBClient, records: IssuanceRecords
) -> None:
    request = device_request()
    first = issue(request, issuer(), records, TERMS, NOW)

    second = issue(request, issuer(), LookedTooEarly(dynamodb, TABLE), TERMS, NOW)

    assert second == first
    assert records.issued_for(request.digest) == first


def test_an_authority_near_its_end_issues_nothing(records: IssuanceRecords) -> None:
    request = device_request()

    with pytest.raises(AuthorityEnding):
        issue(request, issuer(), records, TERMS, NOW + 10 * YEAR)

    assert records.issued_for(request.digest) is None


def test_a_wrong_signature_leaves_no_record(records: IssuanceRecords) -> None:
    request = device_request()
    impostor = Issuer(issuer().path, ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(BadSignature):
        issue(request, impostor, records, TERMS, NOW)

    assert records.issued_for(request.digest) is None


@settings(max_examples=25, deadline=None)
@given(
    thing_name=st.text("abcXYZ059:_-", min_size=1, max_size=128),
    organization=st.text("Aä '(.", min_size=1, max_size=40).filter(str.strip),
    days=st.integers(1, 5000),
)
def test_any_request_gets_a_certificate_that_verifies_and_a_record_that_matches(
    thing_name: str, organization: str, days: int
) -> None:
    subject = forge.forged_pem(
        forge.rdn(forge.attribute(forge.ORGANIZATION, forge.UTF8, organization.encode())),
        forge.rdn(forge.attribute(forge.COMMON_NAME, forge.UTF8, thing_name.encode())),
    )
    with mock_aws():
        make_table(client("dynamodb"))
        records = IssuanceRecords(client("dynamodb"), TABLE)
        record = issue(
            read_request(subject), issuer(), records, Terms(timedelta(days=days), provisioner()), NOW
        )
        kept = records.find(certificate_id(leaf_of(record)))

    leaf = leaf_of(record)
    leaf.verify_directly_issued_by(issuer().certificate)
    assert kept == record
    assert record.thing_name == thing_name
    assert record.subject == leaf.subject.rfc4514_string()
    assert int(record.serial, 16) == leaf.serial_number
    assert record.not_after == leaf.not_valid_after_utc <= issuer().certificate.not_valid_after_utc
    assert [name.value for name in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [thing_name]
