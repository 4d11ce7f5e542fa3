"""The functions' zips: complete, for the right platform, and the same bytes each time."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from jitr_stack import bundling
from jitr_stack.bundling import LocalBundling
from jitr_stack.platform import Platform

ARM = Platform("arm64")


def digest(folder: Path) -> str:
    """One hash over every file's name and content."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        LocalBundling(["pki"], ARM, requirements=True).try_bundle(str(tmp_path / name))

    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_wheels_are_those_of_the_function_not_of_this_machine(tmp_path: Path) -> None:
    LocalBundling(["pki"], ARM, requirements=True).try_bundle(str(tmp_path))

    libraries = [path.read_bytes() for path in tmp_path.rglob("*.so")]

    assert len(libraries) > 0
    assert {elf[18:20] for elf in libraries} == {
        b"\xb7\x00"
    }  # e_machine EM_AARCH64 (ELF-64 object file format)


def test_the_registration_is_small(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    LocalBundling(["records", "registration"], ARM, requirements=False).try_bundle(str(tmp_path / "code"))

    zipped = shutil.make_archive(str(tmp_path / "function"), "zip", tmp_path / "code")

    assert Path(zipped).stat().st_size < 100_000  # bytes; beyond what the runtime brings, 300 kB are allowed


def test_nothing_but_source_and_wheels_is_bundled(tmp_path: Path) -> None:
    LocalBundling(["records", "registration"], ARM, requirements=False).try_bundle(str(tmp_path))

    assert {path.name for path in tmp_path.iterdir()} == {
        "contract.py",
        "records",
        "registration",
        "registry.py",
        "telemetry.py",
    }
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".py"}


@pytest.mark.parametrize(
    ("handler", "parts", "requirements"),
    [
        ("certificate_authority.handler", ["certificate_authority", "pki"], True),
        ("issuance.handler", ["issuance", "pki", "provisioning", "records"], True),
        ("registration.handler", ["registration", "records"], False),
    ],
)
def test_each_function_starts_from_its_zip_and_the_runtimes_boto3_alone(
    handler: str, parts: list[str], *, requirements: bool, tmp_path: Path
) -> None:
    zipped, runtime = tmp_path / "zip", tmp_path / "runtime"
    zipped.mkdir()
    LocalBundling(parts, Platform.of_this_machine(), requirements=requirements).try_bundle(str(zipped))
    link_boto3(runtime)
    program = f"import sys; sys.path[:0] = {[str(zipped), str(runtime)]!r}; import {handler}"

    started = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False, env={}
    )

    assert started.returncode == 0, started.stderr


def test_requirements_that_cannot_be_installed_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "requirements.txt"
    broken.write_text("cryptography==50.0.2 --hash=sha256:" + "0" * 64 + "\n")
    monkeypatch.setattr(bundling, "REQUIREMENTS", broken)

    with pytest.raises(RuntimeError, match=r"bundling requirements\.txt for aarch64-manylinux_2_28: .*ash"):
        bundling.install(tmp_path / "target", ARM)


def link_boto3(target: Path) -> None:
    """Link what the Lambda runtime brings, and nothing else that is installed here."""
    target.mkdir()
    installed = Path(boto3.__file__).parent.parent
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3"):
        (target / name).symlink_to(installed / name)
