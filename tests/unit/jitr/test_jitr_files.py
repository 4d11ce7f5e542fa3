import errno
import os
import stat
from pathlib import Path

import pytest

from jitr import files
from jitr.failure import BadUseError, FailureError


@pytest.fixture(params=[0o000, 0o077])
def umask(request: pytest.FixtureRequest) -> object:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("mode", [files.PRIVATE, files.PUBLIC])
def test_a_file_has_its_mode_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    files.write(tmp_path / "new" / "file", b"content", mode)
    assert stat.S_IMODE((tmp_path / "new" / "file").stat().st_mode) == mode


def test_a_symbolic_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("theirs")
    (tmp_path / "link").symlink_to(target)
    files.write(tmp_path / "link", b"ours")
    assert target.read_text() == "theirs"
    assert (tmp_path / "link").read_text() == "ours"


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(FailureError, match=r"taken: cannot be written"):
        files.write(tmp_path / "taken", b"content")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


def test_a_file_that_exists_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    with pytest.raises(BadUseError, match="exists already and was left as it is; --force overwrites it"):
        files.refuse_existing([tmp_path / "other", tmp_path / "key"], force=False)


def test_force_accepts_a_file_that_exists_but_no_folder(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    files.refuse_existing([tmp_path / "key"], force=True)
    with pytest.raises(BadUseError, match="is a folder"):
        files.refuse_existing([tmp_path], force=True)


def test_a_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BadUseError):
        files.refuse_existing([tmp_path / "link"], force=False)


@pytest.mark.parametrize(("name", "why"), [("missing", "No such file"), (".", "Is a directory")])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(BadUseError, match=why):
        files.read(tmp_path / name)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(b"x" * 11)
    with pytest.raises(BadUseError, match="larger than 10 bytes"):
        files.read(tmp_path / "huge", limit=10)


def test_a_file_where_a_folder_is_needed_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(FailureError, match=r"taken/key: cannot be written"):
        files.write(tmp_path / "taken" / "key", b"content")


def test_what_is_there_is_never_replaced_by_what_is_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("theirs")

    with pytest.raises(FileExistsError):
        files.create(tmp_path / "file", b"ours")

    assert (tmp_path / "file").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.fixture(params=["hard links", "none"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One with hard links, or a memory stick's."""
    if request.param == "none":
        monkeypatch.setattr(Path, "hardlink_to", no_links)


@pytest.mark.usefixtures("file_system")
def test_a_file_is_created_whole_with_its_folder(tmp_path: Path) -> None:
    files.create(tmp_path / "new" / "file", b"ours")

    assert (tmp_path / "new" / "file").read_text() == "ours"
    with pytest.raises(FileExistsError):
        files.create(tmp_path / "new" / "file", b"again")
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "file"]


def no_links(_path: Path, _target: Path) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")
