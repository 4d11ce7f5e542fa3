"""The functions' zips: complete, for the right platform, and the same bytes each time."""

import io
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import aws_cdk as cdk
import boto3
import pytest
import uv

from jitr_stack import bundling
from jitr_stack.bundling import LocalBundling
from jitr_stack.platform import Platform

ARM = Platform("arm64")


def zipped(folder: Path) -> bytes:
    """The zip that the CDK CLI makes of a folder: sorted names, one date, and each file's own mode."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = path.stat().st_mode << 16
            archive.writestr(entry, path.read_bytes())
    return file.getvalue()


def bundle(folder: Path, *, umask: int = 0o022) -> None:
    folder.mkdir(parents=True)
    before = os.umask(umask)
    LocalBundling(["pki"], ARM, requirements=True).try_bundle(str(folder))
    os.umask(before)


def asset_hash(folder: Path) -> str:
    """The hash by which the CDK names a bundle's asset."""
    return cdk.FileSystem.fingerprint(str(folder))


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    bundle(tmp_path / "one")
    bundle(tmp_path / "elsewhere" / "two")

    assert zipped(tmp_path / "one") == zipped(tmp_path / "elsewhere" / "two")
    assert asset_hash(tmp_path / "one") == asset_hash(tmp_path / "elsewhere" / "two")


def test_a_build_knows_nothing_of_who_builds_it_when_and_with_what_habits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle(tmp_path / "one")
    monkeypatch.setattr(bundling, "RUNTIME_SOURCE", lived_in(tmp_path / "checkout"))
    monkeypatch.setenv("UV_COMPILE_BYTECODE", "1")
    monkeypatch.setattr(sys, "executable", python_elsewhere(tmp_path / "venv"))

    bundle(tmp_path / "two", umask=0o077)

    assert zipped(tmp_path / "one") == zipped(tmp_path / "two")
    assert asset_hash(tmp_path / "one") == asset_hash(tmp_path / "two")


def lived_in(checkout: Path) -> Path:
    """A checkout that is older, closed to others, and was run from."""
    shutil.copytree(bundling.RUNTIME_SOURCE, checkout)
    for path in [*checkout.rglob("*"), checkout]:
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700 if path.is_dir() else 0o600)
    leftover = checkout / "pki" / "__pycache__" / "leaf.cpython-311.pyc"
    leftover.parent.mkdir(exist_ok=True)
    leftover.write_bytes(b"left by an interpreter")
    return checkout


def python_elsewhere(folder: Path) -> str:
    """A Python of another virtual environment, which has uv."""
    venv.create(folder, symlinks=True)
    packages = next(folder.glob("lib/*/site-packages"))
    (packages / "uv.pth").write_text(str(Path(uv.__file__).parent.parent))
    return str(folder / "bin" / "python")


def test_no_list_of_files_has_the_hash_of_a_program_which_names_this_machine_s_python(tmp_path: Path) -> None:
    LocalBundling(["pki"], ARM, requirements=True).try_bundle(str(tmp_path))

    lists = [path.read_text() for path in tmp_path.glob("*.dist-info/RECORD")]

    assert len(lists) > 0
    assert [line for text in lists for line in text.splitlines() if line.startswith("bin/")] == []


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

    archive = shutil.make_archive(str(tmp_path / "function"), "zip", tmp_path / "code")

    assert Path(archive).stat().st_size < 100_000  # bytes; beyond what the runtime brings, 300 kB are allowed


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
    code, runtime = tmp_path / "zip", tmp_path / "runtime"
    code.mkdir()
    LocalBundling(parts, Platform.of_this_machine(), requirements=requirements).try_bundle(str(code))
    link_boto3(runtime)
    program = f"import sys; sys.path[:0] = {[str(code), str(runtime)]!r}; import {handler}"

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
