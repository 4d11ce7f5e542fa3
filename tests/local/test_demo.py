"""`make demo`: the main job, from an empty account to a device online."""

import json
import os
from pathlib import Path

from jitr.demo.run import run
from jitr.local import LocalAws


def test_demo_sees_the_whole_of_the_main_job_and_leaves_nothing_running(tmp_path: Path) -> None:
    environment = dict(os.environ)

    run(keep=False, build=tmp_path)
    seen = json.loads((tmp_path / "demo.json").read_text())

    assert (seen["first_connect"], seen["own_topic"], seen["foreign_topic"]) == (
        "dropped",
        "accepted",
        "refused",
    )
    assert (seen["https_own_topic"], seen["https_foreign_topic"]) == ("accepted", "refused")
    assert 0 < seen["active_ms"] <= seen["publish_ms"]
    assert {len(seen["certificate_id"]), len(seen["ca_certificate_id"])} == {64}
    assert set(seen) - {"certificate_id", "ca_certificate_id", "active_ms", "publish_ms"} == {
        "thing_name",
        "first_connect",
        "own_topic",
        "foreign_topic",
        "https_own_topic",
        "https_foreign_topic",
        "key_holder",
    }
    assert LocalAws.running(tmp_path / "demo") is None
    assert dict(os.environ) == environment  # programs started later find their own token
