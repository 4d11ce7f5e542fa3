"""What the local AWS's HTTPS front uses of MiniStack's inside; when this fails, it says what has moved."""

import pytest
from ministack.services import iot

from jitr.local.front import ministack


def test_ministack_is_inside_as_the_front_knows_it() -> None:
    assert ministack.moved() == []


def test_what_moves_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(iot, "_mtls_context")
    monkeypatch.setattr(iot, "_mtls_resolve_identity", lambda certificate, account: None)

    assert ministack.moved() == [
        "iot._mtls_context() is gone",
        "iot._mtls_resolve_identity(der) has become (certificate, account)",
    ]
