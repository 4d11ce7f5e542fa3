"""An authority whose key never comes near AWS: its certificate is given, checked, kept and registered."""

from datetime import UTC, datetime, timedelta

import pytest

from certificate_authority.handler import AuthorityFailed
from certificate_authority.properties import InvalidProperties
from certificate_authority.refusal import ChangedIdentity, UnusableRegistration
from contract import KeyAlgorithm
from pki.given import UnfitCertificate
from pki.identity import certificate_id, pem
from tests.unit.certificate_authority import factory
from tests.unit.certificate_authority.account import Account, Properties, renamed
from tests.unit.certificate_authority.events import create, delete, update
from tests.unit.certificate_authority.honest_iot import error

CA = factory.authority()
CA_ID = certificate_id(CA.certificate)
YESTERDAY = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def properties(account: Account) -> Properties:
    return account.properties("external")


@pytest.mark.parametrize("mode", ["DEFAULT", "SNI_ONLY"])
def test_it_is_kept_and_registered_as_it_was_given(account: Account, mode: str) -> None:
    answer = create(account.properties("external", mode=mode))

    assert answer["PhysicalResourceId"] == CA_ID
    assert account.parameter() == account.iot.authorities[CA_ID]["certificatePem"] == CA.pem
    assert account.iot.authorities[CA_ID]["certificateMode"] == mode


def test_no_key_is_asked_for_and_nothing_is_signed(account: Account, properties: Properties) -> None:
    create(properties)

    assert account.journal.operations("kms") == account.journal.operations("secretsmanager") == []


def test_in_the_mode_sni_only_there_is_nothing_to_verify(account: Account) -> None:
    create(account.properties("external", mode="SNI_ONLY"))

    assert "get_registration_code" not in account.journal.operations("iot")


@pytest.mark.parametrize(
    ("verification", "complaint"),
    [
        (
            CA.verification("0ther" * 12),
            "for the registration code 0ther.*not for c0de.*jitr ca verification-csr",
        ),
        (factory.authority("Second factory").verification(), "not signed by the authority CN=Factory"),
        (CA.verification(now=YESTERDAY), "the verification certificate expired on"),
        (CA.verification(now=datetime.now(UTC) + timedelta(days=1)), "is not valid before"),
        (None, "needs a verification certificate.*jitr ca verification-csr"),
    ],
    ids=["other code", "other authority", "expired", "not yet valid", "none"],
)
def test_a_wrong_verification_certificate_is_explained_before_anything_is_registered(
    account: Account, properties: Properties, verification: str | None, complaint: str
) -> None:
    del properties["VerificationCertificate"]
    given = {"VerificationCertificate": verification} if verification else {}

    with pytest.raises(UnfitCertificate, match=complaint):
        create(properties | given)

    assert account.state() == (None, {}, {})
    assert "register_ca_certificate" not in account.journal.operations("iot")


def test_a_registration_code_that_was_deleted_asks_for_a_new_verification_certificate(
    account: Account, properties: Properties
) -> None:
    account.iot.registration_code = "0ther" * 12

    with pytest.raises(UnfitCertificate, match="jitr ca verification-csr"):
        create(properties)


def test_a_verification_certificate_is_needed_once(account: Account, properties: Properties) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    expired = properties | {"VerificationCertificate": CA.verification(now=YESTERDAY)}

    update(ca_id, expired | {"Openness": "closed"}, properties)

    assert account.iot.authorities[ca_id]["autoRegistrationStatus"] == "DISABLE"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "Certificate must be text"),
        ("factory-ca.pem", "must be PEM"),
        (pem(factory.certify(factory.named("x"), CA.key.public_key(), CA, ca=False)), "CA:TRUE"),
        (CA.pem + factory.authority("Second factory").pem, "CN=Second factory stands behind CN=Factory"),
    ],
)
def test_a_certificate_that_cannot_serve_is_refused_before_any_call(
    account: Account, properties: Properties, text: str, complaint: str
) -> None:
    with pytest.raises(InvalidProperties, match=complaint):
        create(properties | {"Certificate": text})

    assert account.journal.calls == []


def test_an_expired_authority_is_not_registered(account: Account, properties: Properties) -> None:
    key = factory.authority().key
    old = factory.certify(
        factory.named("Old"), key.public_key(), key, starts=YESTERDAY, validity=timedelta(1)
    )

    with pytest.raises(UnfitCertificate, match="the authority's certificate expired on"):
        create(properties | {"Certificate": pem(old)})

    assert account.state() == (None, {}, {})


def test_the_authorities_above_it_are_kept_behind_it_and_it_alone_is_registered(account: Account) -> None:
    root = factory.authority("Root")
    middle = factory.authority("Middle", root)
    chain = middle.pem + root.pem

    answer = create(account.properties("external", mode="SNI_ONLY") | {"Certificate": chain})

    assert answer["PhysicalResourceId"] == certificate_id(middle.certificate)
    assert account.parameter() == chain
    assert [each["certificatePem"] for each in account.iot.authorities.values()] == [middle.pem]


def test_a_chain_may_be_put_right_in_place(account: Account) -> None:
    root = factory.authority("Root")
    middle = factory.authority("Middle", root)
    bare = account.properties("external", mode="SNI_ONLY") | {"Certificate": middle.pem}
    made = create(bare)

    updated = update(made["PhysicalResourceId"], bare | {"Certificate": middle.pem + root.pem}, bare)

    assert updated == made
    assert account.parameter() == middle.pem + root.pem


def test_a_chain_too_long_to_be_kept_is_refused_with_its_length(account: Account) -> None:
    rsa = KeyAlgorithm.RSA2048
    root = factory.authority("Root", algorithm=rsa)
    several = factory.authority("Middle", root, rsa).pem + root.pem * 4

    with pytest.raises(InvalidProperties, match=f"the 4 above it take {len(several)} bytes.*at most 4096"):
        create(account.properties("external", mode="SNI_ONLY") | {"Certificate": several})


@pytest.mark.parametrize("replace", ["false", "true"])
def test_one_certificate_never_changes_its_mode(
    account: Account, properties: Properties, replace: str
) -> None:
    create(properties)
    before = account.state()
    other = account.properties("external", mode="SNI_ONLY") | {"Replace": replace}

    with pytest.raises((ChangedIdentity, UnusableRegistration), match=r"[Aa]dd a new authority"):
        update(CA_ID, other, properties)

    assert account.state() == before


def test_a_replacement_and_its_rollback_need_no_key(account: Account, properties: Properties) -> None:
    old = create(properties)
    before = account.state()
    new = update(CA_ID, renamed(properties), properties)

    rolled_back = update(new["PhysicalResourceId"], properties, renamed(properties))
    delete(new["PhysicalResourceId"], renamed(properties))

    assert rolled_back == old
    assert account.state() == before


def test_what_aws_finds_wrong_is_said_in_its_own_words(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise error("CertificateValidationException", "RegisterCACertificate")

    monkeypatch.setattr(account.iot, "register_ca_certificate", refuse)

    with pytest.raises(AuthorityFailed, match=r"did not accept the certificate.*as AWS says it"):
        create(properties)
