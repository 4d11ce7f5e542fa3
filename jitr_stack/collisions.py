"""Environments that would take the same thing of an account: refused together, before either is deployed.

Names cannot meet, as each begins with the environment's own (`naming`). What can is what an authority is to
AWS IoT: its certificate and its subject.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from pathlib import Path

from contract import CertificateMode
from jitr_stack.authorities import Authority
from jitr_stack.authority_certificates import id_of
from jitr_stack.environments import file_of
from jitr_stack.settings import Settings, SettingsError

NAME_IT_ONCE = "an account registers an authority once in a Region: keep it in one of the environments"
SAY_SNI_ONLY = 'mode DEFAULT is for one account of a Region: give both mode = "SNI_ONLY"'
SAY_ANOTHER = "each authority needs its own: leave out common_name, or give another one"


def refuse(environments: Iterable[Settings], folder: Path) -> None:
    """Refuse environments that cannot be deployed beside each other.

    Raises:
        SettingsError: one line that names both files of `folder`, and what they share.
    """
    for first, second in combinations(environments, 2):
        for found in _collisions(first, second, folder):
            raise SettingsError(found)


def _collisions(first: Settings, second: Settings, folder: Path) -> Iterator[str]:
    for (name, authority), (other, another) in product(first.authorities.items(), second.authorities.items()):
        if _in_one_account(first, second) and _same_subject(authority, another):
            what, remedy = "subject", SAY_ANOTHER
        elif _in_one_account(first, second) and _same_certificate(authority, another):
            what, remedy = "certificate", NAME_IT_ONCE
        elif _in_one_region(first, second) and _same_certificate_by_default(authority, another):
            what, remedy = "certificate", SAY_SNI_ONLY
        else:
            continue
        yield (
            f"{file_of(second.name, folder)}: authorities.{other}.{what}: the same as that of "
            f"authorities.{name} in {file_of(first.name, folder)} ({_place(first, second)}); {remedy}"
        )


def _in_one_region(first: Settings, second: Settings) -> bool:
    """Tell whether they meet; both unknown is one, too, and the embedded AWS is nowhere else."""
    return first.local == second.local and first.region == second.region


def _in_one_account(first: Settings, second: Settings) -> bool:
    return _in_one_region(first, second) and first.account == second.account


def _same_subject(one: Authority, other: Authority) -> bool:
    """AWS IoT takes ten authorities with one subject in an account (API reference, RegisterCACertificate)."""
    return one.certificate is None and other.certificate is None and one.subject == other.subject


def _same_certificate(one: Authority, other: Authority) -> bool:
    if one.certificate is None or other.certificate is None:
        return False
    return id_of(one.certificate) == id_of(other.certificate)


def _same_certificate_by_default(one: Authority, other: Authority) -> bool:
    """In mode DEFAULT it is one account's of a Region (developer guide, "Manage your CA certificates")."""
    return one.mode is other.mode is CertificateMode.DEFAULT and _same_certificate(one, other)


def _place(first: Settings, second: Settings) -> str:
    """Say where they meet."""
    account = (first.account or "that of the credentials") if first.account == second.account else "any"
    return f"account: {account}, Region: {first.region or 'that of the credentials'}"
