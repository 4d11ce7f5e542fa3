"""Environments that cannot be deployed beside each other are refused in one line that names both files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jitr_stack import collisions, settings
from jitr_stack.settings import SettingsError
from tests.unit.owners_ca import CODE, certificate, key, pem, root

HERE = 'account = "111111111111"\nregion = "eu-central-1"\n'
OTHER_ACCOUNT = HERE.replace("111111111111", "222222222222")
OTHER_REGION = HERE.replace("eu-central-1", "us-east-1")
LOCAL = 'local = true\naccount = "000000000000"\nregion = "eu-central-1"\n'
FLEET = "[authorities.fleet]\n"
NAMED = FLEET + '[authorities.fleet.subject]\ncommon_name = "Fleet CA"\n'
FACTORY = '[authorities.factory]\nstate = "trusted"\ncustody = "external"\ncertificate = "factory.pem"\n'
DEFAULT = FACTORY + 'verification_certificate = "verification.pem"\n'
SNI_ONLY = FACTORY + 'mode = "SNI_ONLY"\n'

Refuse = Callable[[str, str], None]


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    """Looks at two environments, `dev` and `prod`, beside each other."""
    ca_key = key()
    (tmp_path / "factory.pem").write_text(pem(root("Factory CA", ca_key)))
    code = certificate(CODE, key().public_key(), "Factory CA", ca_key, ca=False)
    (tmp_path / "verification.pem").write_text(pem(code))

    def look(dev: str, prod: str) -> None:
        (tmp_path / "dev.toml").write_text(dev)
        (tmp_path / "prod.toml").write_text(prod)
        loaded = [settings.load(name, tmp_path, {}) for name in ("dev", "prod")]
        collisions.refuse(loaded, tmp_path)

    return look


@pytest.mark.parametrize(
    ("dev", "prod", "line"),
    [
        (
            HERE + NAMED,
            HERE + NAMED,
            "prod.toml: authorities.fleet.subject: the same as that of authorities.fleet in dev.toml "
            "(account: 111111111111, Region: eu-central-1); "
            "each authority needs its own: leave out common_name, or give another one",
        ),
        (
            NAMED,
            NAMED,
            "prod.toml: authorities.fleet.subject: the same as that of authorities.fleet in dev.toml "
            "(account: that of the credentials, Region: that of the credentials); "
            "each authority needs its own: leave out common_name, or give another one",
        ),
        (
            HERE + SNI_ONLY,
            HERE + SNI_ONLY,
            "prod.toml: authorities.factory.certificate: the same as that of authorities.factory in dev.toml "
            "(account: 111111111111, Region: eu-central-1); "
            "an account registers an authority once in a Region: keep it in one of the environments",
        ),
        (
            HERE + DEFAULT,
            OTHER_ACCOUNT + DEFAULT,
            "prod.toml: authorities.factory.certificate: the same as that of authorities.factory in dev.toml "
            "(account: any, Region: eu-central-1); "
            'mode DEFAULT is for one account of a Region: give both mode = "SNI_ONLY"',
        ),
    ],
    ids=["subject", "subject-of-unknown-accounts", "certificate", "certificate-of-two-accounts"],
)
def test_what_only_one_may_have_is_refused_to_the_second(
    refuse: Refuse, tmp_path: Path, dev: str, prod: str, line: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        refuse(dev, prod)

    assert str(refused.value).replace(f"{tmp_path}/", "") == line


@pytest.mark.parametrize(
    ("dev", "prod"),
    [
        (HERE + FLEET, HERE + FLEET),
        (HERE + NAMED, OTHER_ACCOUNT + NAMED),
        (HERE + NAMED, OTHER_REGION + NAMED),
        (HERE + NAMED, NAMED),
        (HERE + DEFAULT, LOCAL + DEFAULT),
        (HERE + SNI_ONLY, OTHER_ACCOUNT + SNI_ONLY),
        (HERE + DEFAULT, OTHER_REGION + DEFAULT),
        (HERE + DEFAULT, OTHER_ACCOUNT + SNI_ONLY),
    ],
    ids=[
        "subjects-of-their-own",
        "subject-in-two-accounts",
        "subject-in-two-regions",
        "subject-here-and-nobody-knows-where",
        "certificate-on-the-embedded-aws",
        "certificate-by-server-name",
        "certificate-in-two-regions",
        "certificate-by-default-and-by-server-name",
    ],
)
def test_what_does_not_meet_is_left_alone(refuse: Refuse, dev: str, prod: str) -> None:
    refuse(dev, prod)
