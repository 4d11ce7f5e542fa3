"""checkov about the pipeline's own templates; those of the environments are looked at beside it."""

from pathlib import Path

import pytest
from checkov_report import acknowledged, checkov, differences

ACKNOWLEDGED = Path(__file__).with_name("checkov_acknowledged.toml")


@pytest.mark.usefixtures("stack")
def test_checkov_finds_what_is_acknowledged_and_nothing_else(outdir: Path) -> None:
    templates = {
        file.parent.name.removeprefix("assembly-jitr-pipeline-"): file
        for file in outdir.rglob("*delivery*.template.json")
    }
    templates["pipeline"] = outdir / "jitr-pipeline.template.json"

    assert differences(checkov(templates), acknowledged(ACKNOWLEDGED)) == []
