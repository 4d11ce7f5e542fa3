"""What `jitr env new` writes synthesises at once, and is a stack like the others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from jitr.new_environment import written
from jitr_stack.settings import ENVIRONMENTS


@pytest.mark.parametrize("like", [None, "dev"])
def test_a_new_environment_synthesises_as_it_is(
    like: str | None, synthesise: Callable[[str, Path], Template], tmp_path: Path
) -> None:
    for name in ("dev.toml", "defaults.toml"):
        (tmp_path / name).write_bytes((ENVIRONMENTS / name).read_bytes())
    written("qa", account="111111111111", region="eu-west-1", like=like, folder=tmp_path)

    template = synthesise("qa", tmp_path)

    template.resource_count_is("Custom::CertificateAuthority", 1)
    template.has_output("IssuanceFunction", {"Export": {"Name": "qa-jitr-IssuanceFunction"}})
