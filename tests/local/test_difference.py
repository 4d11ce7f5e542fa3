"""What a deploy would change, by the command with which the pipeline prints it before somebody says yes."""

from pathlib import Path

import pytest
from fleet import Cdk

DIFF = ("diff", "exportable/*", "--method", "template")


@pytest.mark.usefixtures("fleets")
def test_what_is_deployed_is_no_difference(cdk: Cdk) -> None:
    assert "Number of stacks with differences: 0" in cdk(*DIFF)


@pytest.mark.usefixtures("fleets")
def test_a_changed_setting_is_shown_with_both_values(cdk: Cdk, environments: Path, tmp_path: Path) -> None:
    before = (environments / "exportable.toml").read_text()
    (tmp_path / "exportable.toml").write_text(f"device_validity_days = 99\n{before}")

    shown = cdk(*DIFF, environments=tmp_path)

    assert "Number of stacks with differences: 1" in shown
    assert ("[-] 1825" in shown, "[+] 99" in shown) == (True, True)
