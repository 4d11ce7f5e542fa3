"""What stands once for infrastructure, functions and commands."""

import re

import pytest

from contract import CERTIFICATE_ID
from jitr.options import CHECKOUT
from pki.identity import certificate_id
from tests.unit.jitr.factory import leaf

ID = "0123456789abcdef" * 4
REPEATED = re.compile(r"(?:0-9a-f|a-f0-9)\]\{64\}")
NO_CERTIFICATE_IDS = {"jitr_stack/authority_certificates.py", "scripts/template_diff.py"}
"""Registration codes and hashes of assets have the same form."""


def test_the_id_of_a_certificate_is_one() -> None:
    assert CERTIFICATE_ID.fullmatch(certificate_id(leaf()))


@pytest.mark.parametrize(
    "text", ["", ID[:-1], f"{ID}0", ID.upper(), f"g{ID[1:]}", f"{ID}\n", f"arn:aws:iot:eu-west-1:1:cert/{ID}"]
)
def test_nothing_else_is(text: str) -> None:
    assert not CERTIFICATE_ID.fullmatch(text)


def test_their_pattern_stands_once() -> None:
    sources = [
        path
        for folder in ("benchmarks", "jitr_stack", "lambda_src", "scripts")
        for path in (CHECKOUT / folder).rglob("*.py")
    ]

    found = {str(path.relative_to(CHECKOUT)) for path in sources if REPEATED.search(path.read_text())}

    assert found == {"lambda_src/contract.py"} | NO_CERTIFICATE_IDS
