"""checkov about the pipeline's own templates; those of the environments are looked at beside it."""

from pathlib import Path

import pytest
from checkov_report import acknowledged, checkov, differences

ACKNOWLEDGED = Path(__file__).with_name("checkov_acknowledged.toml")


@pytest.mark.usefixtures("stack")
def test_checkov_finds_what_is_acknowledged_and_nothing_else(outdir: Path) -> None:
    templates = [outdir / "jitr-pipeline.template.json", *outdir.rglob("*delivery*.template.json")]

    assert differences(checkov(templates), acknowledged(ACKNOWLEDGED)) == []
