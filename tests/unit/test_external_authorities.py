"""An authority that its owner brings: what an environment must give, and what is said of mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract import Custody, Openness
from jitr_stack import settings
from jitr_stack.settings import Settings, SettingsError
from tests.unit.owners_ca import CODE, certificate, key, pem, root

FACTORY = '[authorities.factory]\nstate = "trusted"\ncustody = "external"\n'
FILES = 'certificate = "factory.pem"\n'
VERIFIED = 'verification_certificate = "verification.pem"\n'

Load = Callable[[str], Settings]
Refusal = Callable[[str], str]

CA_KEY = key()
CA = root("Factory CA", CA_KEY)
OTHER_KEY = key()
VERIFICATION = certificate(CODE, key().public_key(), "Factory CA", CA_KEY, ca=False)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    (tmp_path / "factory.pem").write_text(pem(CA))
    (tmp_path / "verification.pem").write_text(pem(VERIFICATION))

    def read(toml: str) -> Settings:
        (tmp_path / "site.toml").write_text(toml)
        return settings.load("site", tmp_path, {})

    return read


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Refusal:
    def text(toml: str) -> str:
        with pytest.raises(SettingsError) as refused:
            load(toml)
        return str(refused.value).removeprefix(f"{tmp_path}/").removeprefix("site.toml: authorities.factory")

    return text


def test_certificates_are_read_from_files_beside_the_environment(load: Load) -> None:
    factory = load(FACTORY + FILES + VERIFIED).authorities["factory"]

    assert (factory.certificate, factory.verification_certificate) == (pem(CA), pem(VERIFICATION))


def test_certificate_may_stand_in_the_environment_itself(load: Load) -> None:
    factory = load(FACTORY + f'mode = "SNI_ONLY"\ncertificate = """\n{pem(CA)}"""\n').authorities["factory"]

    assert factory.certificate == pem(CA)


def test_environment_of_external_authorities_signs_nothing(load: Load) -> None:
    site = load(FACTORY + FILES + VERIFIED)

    assert site.issuing_authority is None


@pytest.mark.parametrize(
    ("state", "openness"),
    [("trusted", Openness.OPEN), ("closed", Openness.CLOSED), ("retired", Openness.RETIRED)],
)
def test_state_says_how_far_it_is_open(state: str, openness: Openness, load: Load) -> None:
    site = load(f'[authorities.fleet]\n{FACTORY}mode = "SNI_ONLY"\n{FILES}'.replace("trusted", state))

    assert site.authorities["factory"].openness is openness


def test_authority_of_ours_may_carry_a_certificate_that_the_owner_signed(load: Load, tmp_path: Path) -> None:
    intermediate = certificate("Fleet CA", key().public_key(), "Factory CA", CA_KEY, ca=True)
    (tmp_path / "fleet.pem").write_text(pem(intermediate, CA))

    fleet = load('[authorities.fleet]\ncertificate = "fleet.pem"\n').authorities["fleet"]

    assert fleet.custody is Custody.KMS
    assert fleet.certificate == pem(intermediate, CA)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        (FACTORY, ": custody external needs certificate: the authority's own, PEM or a file's name"),
        (
            FACTORY + FILES,
            ": mode DEFAULT needs verification_certificate, signed by the",
        ),
        (
            FACTORY + FILES + VERIFIED + 'mode = "SNI_ONLY"\n',
            ": verification_certificate goes with",
        ),
        (FACTORY + 'certificate = "gone.pem"\n', ".certificate: "),
        (FACTORY + 'certificate = "-----BEGIN NOTHING-----"\n', ": no certificate in PEM"),
        (
            FACTORY + FILES + VERIFIED + 'algorithm = "P-256"\n',
            ": algorithm comes from the certificate",
        ),
        (FACTORY + FILES + VERIFIED + "validity_days = 5\n", ": validity_days comes from the certificate"),
        (FACTORY.replace("trusted", "issuing") + FILES, ': state "issuing" needs a key that is held here'),
    ],
)
def test_what_is_missing_or_too_much_is_named(toml: str, line: str, refusal: Refusal) -> None:
    assert refusal(toml).startswith(line)


def test_key_beside_the_certificate_is_refused(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "both.pem").write_text(
        pem(CA) + "-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n"
    )

    assert refusal(FACTORY + 'certificate = "both.pem"\n') == (
        ": a private key stands with the certificate; it must not be here"
    )


def test_certificate_of_no_authority_is_refused(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "leaf.pem").write_text(
        pem(certificate("leaf", CA_KEY.public_key(), "leaf", CA_KEY, ca=False))
    )

    assert refusal(FACTORY + 'certificate = "leaf.pem"\n').startswith(": CN=leaf is no authority")


def test_chain_in_the_wrong_order_is_refused(refusal: Refusal, tmp_path: Path) -> None:
    intermediate = certificate("Fleet CA", key().public_key(), "Factory CA", CA_KEY, ca=True)
    (tmp_path / "chain.pem").write_text(pem(CA, intermediate))

    assert refusal(FACTORY + 'certificate = "chain.pem"\n').startswith(
        ": each certificate must be followed by the one"
    )


@pytest.mark.parametrize(
    ("code", "signer", "line"),
    [
        (CODE, OTHER_KEY, "the authority in `certificate` did not sign it"),
        ("no code", CA_KEY, "its common name is no registration code"),
    ],
    ids=["of another authority", "without a code"],
)
def test_wrong_verification_certificate_is_refused(
    code: str, signer: object, line: str, refusal: Refusal, tmp_path: Path
) -> None:
    wrong = certificate(code, key().public_key(), "Factory CA", signer, ca=False)
    (tmp_path / "verification.pem").write_text(pem(wrong))

    assert refusal(FACTORY + FILES + VERIFIED).startswith(f": verification_certificate: {line}")
