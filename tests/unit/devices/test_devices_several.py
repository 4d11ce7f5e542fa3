"""Several devices at once: named in every way, each to its own end."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest
from botocore.exceptions import ClientError

from jitr.devices.desk import WORKERS
from jitr.devices.named import Named, certificates, named, several
from jitr.devices.run import SHOWN, Work, announce, run
from jitr.devices.several import Result, each
from jitr.failure import BadUseError, FailureError
from pki.identity import certificate_id, pem
from tests.unit.devices.operator_desk import Operator
from tests.unit.jitr.factory import leaf
from tests.unit.registration.boundary import clients
from tests.unit.registration.world import World, arn

ID = "a" * 64


def names(count: int) -> list[Named]:
    """Things that are named."""
    return [named(f"pump-{number}") for number in range(count)]


def itself(name: Named) -> Sequence[str]:
    """A thing's certificate, for tests that need none."""
    return [str(name.thing_name)]


def test_a_certificate_is_named_by_its_id() -> None:
    assert named(ID).certificate_id == ID


def test_a_certificate_is_named_by_its_file(tmp_path: Path) -> None:
    certificate = leaf()
    (tmp_path / "pump.crt").write_text(pem(certificate))

    assert named(str(tmp_path / "pump.crt")).certificate_id == certificate_id(certificate)


def test_a_thing_is_named_by_its_name() -> None:
    assert named("pump-1").thing_name == "pump-1"


def test_a_file_that_is_called_like_a_thing_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    certificate = leaf()
    Path("pump-1").write_text(pem(certificate))

    assert named("pump-1").thing_name == "pump-1"
    assert named("./pump-1").certificate_id == certificate_id(certificate)


@pytest.mark.parametrize("word", ["", "no thing", "a" * 129, "nosuch.crt", "no/such", "pump*"])
def test_anything_else_is_a_wrong_call(word: str) -> None:
    with pytest.raises(BadUseError, match="no thing's name, no certificate id, and no file"):
        named(word)


def test_a_file_names_one_in_a_line_and_each_counts_once(tmp_path: Path) -> None:
    (tmp_path / "stolen.txt").write_text(f"# from the depot\n{ID}  # first\n\npump-2\npump-1\n")

    found = several(["pump-1"], tmp_path / "stolen.txt")

    assert [name.word for name in found] == ["pump-1", ID, "pump-2"]


def test_nothing_named_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("# nobody\n")

    with pytest.raises(BadUseError, match="name a thing"):
        several([], tmp_path / "empty.txt")


def test_a_thing_means_all_certificates_that_it_has(world: World, operator: Operator) -> None:
    first = world.registered_device()
    beside = world.unissued_device("beside")
    clients().iot.attach_thing_principal(thingName="pump-1", principal=arn(beside))

    found = certificates(operator.desk(), named("pump-1"))

    assert set(found) == {first.certificate_id, beside.certificate_id}


def test_a_thing_without_certificates_is_a_failure(operator: Operator) -> None:
    with pytest.raises(FailureError, match="thing pump-1 has no certificate"):
        certificates(operator.desk(), named("pump-1"))


def test_one_failure_stops_no_other() -> None:
    def do(certificate_id: str) -> list[str]:
        if certificate_id == "pump-1":
            raise FailureError("no way")
        if certificate_id == "pump-2":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "Op")
        return ["done"]

    results = list(each(names(5), itself, do))

    assert [result.error is None for result in results] == [True, False, False, True, True]
    assert results[1].error == "no way"
    assert "slow down (ThrottlingException)" in str(results[2].error)


def test_a_name_that_leads_nowhere_stops_no_other() -> None:
    def find(name: Named) -> list[str]:
        if name.word == "pump-0":
            raise FailureError("nobody knows it")
        return [name.word]

    results = list(each(names(2), find, lambda _id: ["done"]))

    assert [result.error for result in results] == ["nobody knows it", None]


def test_results_come_in_the_order_of_the_names() -> None:
    results = list(each(names(30), itself, lambda id_: [id_]))

    assert [result.device for result in results] == [f"pump-{number}" for number in range(30)]


def test_an_interrupt_hurries_those_under_way_and_lets_them_end() -> None:
    hurried = Event()

    def do(certificate_id: str) -> list[str]:
        assert hurried.wait(20)
        return ["done"]

    with pytest.raises(KeyboardInterrupt):
        list(each(interrupted_after(WORKERS), itself, do, hurried.set))

    assert hurried.is_set()


def interrupted_after(count: int) -> Iterator[Named]:
    """Names, and then Ctrl-C."""
    yield from names(count)
    raise KeyboardInterrupt


def test_what_will_be_done_is_said_before(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Work("REVOKED", lambda _name: [ID], lambda _id: []), names(SHOWN + 5))

    said = capsys.readouterr().err
    assert said.startswith(f"{SHOWN + 5} named; to each certificate: REVOKED\n  pump-0: {ID}\n")
    assert said.endswith("  … and 5 more\n")


def test_nothing_is_done_where_nobody_can_be_asked() -> None:
    done: list[str] = []

    with pytest.raises(BadUseError, match="give --yes"):
        run(Work("REVOKED", itself, lambda id_: done.append(id_) or []), names(1), as_json=False, yes=False)
    assert done == []


def test_a_result_cannot_command_the_terminal() -> None:
    result = Result("pump-1", None, error="bad \x1b[31m words")

    assert str(result) == "pump-1: failed: bad ?[31m words"
