"""`app.py` as the CDK CLI runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from jitr_stack.settings import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[2]


def synth(outdir: Path, environments: Path = ENVIRONMENTS) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "CDK_OUTDIR": str(outdir),
        "JITR_ENVIRONMENTS": str(environments),
        "CDK_VALIDATION": "false",
        **{
            name: os.environ[name]
            for name in ("HOME", "UV_CACHE_DIR", "UV_SYSTEM_CERTS")
            if name in os.environ
        },
    }
    return subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_each_function_s_zip_holds_its_own_handler(tmp_path: Path) -> None:
    assert synth(tmp_path).returncode == 0

    assert {name for name, zipped in handlers(tmp_path) if not zipped.is_file()} == set()
    assert {name for name, _ in handlers(tmp_path)} == {
        "certificate_authority.handler",
        "device_access.handler",
        "issuance.handler",
        "registration.handler",
    }


def handlers(assembly: Path) -> list[tuple[str, Path]]:
    """Every function's handler module, and where it must stand in the asset that is its code."""
    templates = [json.loads(path.read_text()) for path in assembly.rglob("*.template.json")]
    functions = [
        body["Properties"]
        for template in templates
        for body in template["Resources"].values()
        if body["Type"] == "AWS::Lambda::Function" and body["Properties"]["Runtime"].startswith("python")
    ]
    return [
        (
            function["Handler"].rpartition(".")[0],
            assembly
            / f"asset.{function['Code']['S3Key'].removesuffix('.zip')}"
            / f"{function['Handler'].rpartition('.')[0].replace('.', '/')}.py",
        )
        for function in functions
    ]


def files(folder: Path) -> dict[str, bytes]:
    """Content by name of everything below a folder, without the tree of construct metadata."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_two_syntheses_of_a_commit_are_byte_identical(tmp_path: Path) -> None:
    first, second = synth(tmp_path / "one"), synth(tmp_path / "two")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_an_environment_that_cannot_be_used_is_one_line_and_exit_2(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "site.toml").write_text("colour = 1\n[authorities.fleet]\n")

    done = synth(tmp_path / "out", folder)

    assert done.returncode == 2
    assert done.stderr == f"{folder}/site.toml: colour: unknown key\n"


def test_a_folder_without_environments_is_one_line_and_exit_2(tmp_path: Path) -> None:
    done = synth(tmp_path / "out", tmp_path / "nowhere")

    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}/nowhere: no environment file (*.toml) there\n"


def test_an_authority_that_changed_is_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("[authorities.fleet]\n")
    first = synth(tmp_path / "out", tmp_path)
    (tmp_path / "site.toml").write_text('[authorities.fleet]\nalgorithm = "P-384"\n')

    second = synth(tmp_path / "out", tmp_path)

    noted, refused = first.stderr.splitlines()[0], second.stderr
    assert (first.returncode, second.returncode) == (0, 2)
    assert noted == f"{tmp_path}/site.lock.json: authorities noted; commit this file"
    assert refused.startswith(f"{tmp_path}/site.toml: authorities.fleet.algorithm: was P-256, now P-384;")
    assert refused.count("\n") == 1


def test_environments_that_collide_are_one_line_and_exit_2(tmp_path: Path) -> None:
    named = '[authorities.fleet.subject]\ncommon_name = "Fleet CA"\n'
    (tmp_path / "one.toml").write_text(named)
    (tmp_path / "two.toml").write_text(named)

    done = synth(tmp_path / "out", tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"{tmp_path}/two.toml: authorities.fleet.subject: the same as that of ")
    assert f"{tmp_path}/one.toml" in done.stderr
    assert list(tmp_path.glob("*.lock.json")) == []
