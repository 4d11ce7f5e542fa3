"""The HTTP side of the local AWS's front: whatever a client sends, it ends, and nothing else does."""

import asyncio
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.local.front import conversation
from jitr.local.front.conversation import READ_IN_VAIN, Conversation
from jitr.local.front.publication import LARGEST, Answer, Request

HEAD = b"POST /topics/a?qos=1 HTTP/1.1\r\nHost: localhost\r\n"
PIECES = st.sampled_from(
    [
        b"POST ",
        b"/topics/a?qos=1 ",
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"\r\n",
        b"Host: x\r\n",
        b"Content-Length: 3\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"Upgrade: websocket\r\nConnection: upgrade\r\n",
        b"3\r\nabc\r\n0\r\n\r\n",
        b"abc",
    ]
)


class Sent(list[bytes]):
    """Takes what is written to the client."""

    write = list.append

    async def drain(self) -> None:
        """Nobody is slow here."""


def held(sent: bytes, answer: Answer | None = None) -> tuple[bytes, list[Request]]:
    """What a client that sends this, and then nothing more, reads; and the requests that were understood."""
    requests: list[Request] = []

    async def respond(request: Request) -> Answer | None:
        requests.append(request)
        return answer

    async def hold() -> bytes:
        reader, writer = asyncio.StreamReader(), Sent()
        reader.feed_data(sent)
        reader.feed_eof()
        await Conversation(reader, writer, respond).hold()  # type: ignore[arg-type]
        return b"".join(writer)

    return asyncio.run(hold()), requests


OK = Answer(HTTPStatus.OK, "OK")


def test_a_request_is_read_whole_before_it_is_answered() -> None:
    said, (request,) = held(HEAD + b"Content-Length: 3\r\n\r\nabc", OK)

    assert (request.method, request.target, request.body) == ("POST", "/topics/a?qos=1", b"abc")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b'{"message":"OK","traceId":"%s"}' % OK.trace_id.encode())


def test_half_a_request_is_none() -> None:
    said, requests = held(HEAD + b"Content-Length: 3\r\n\r\nab", OK)

    assert requests == []
    assert said.startswith(b"HTTP/1.1 400 ")


def test_no_answer_is_an_empty_reply() -> None:
    assert held(HEAD + b"Content-Length: 0\r\n\r\n", None)[0] == b""


def test_requests_that_follow_each_other_are_answered_in_turn() -> None:
    said, requests = held((HEAD + b"Content-Length: 1\r\n\r\nx") * 3, OK)

    assert (len(requests), said.count(b"HTTP/1.1 200 OK")) == (3, 3)


def test_the_answer_to_head_has_no_body() -> None:
    said, _ = held(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", OK)

    assert said.endswith(b"\r\n\r\n")


def test_who_asks_before_sending_is_told_to_go_on() -> None:
    said, _ = held(HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", OK)

    assert said.startswith(b"HTTP/1.1 100 ")


def test_who_asks_before_sending_too_much_is_told_at_once() -> None:
    announced = b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % (LARGEST + 1)
    said, (request,) = held(HEAD + announced, OK)

    assert request.too_large
    assert said.startswith(b"HTTP/1.1 200 ")


def test_what_is_far_too_large_is_not_read_to_its_end() -> None:
    endless = b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + bytes(0x10000) + b"\r\n"
    chunks = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    _, (request,) = held(HEAD + endless + chunks * (2 * READ_IN_VAIN // 0x10000), OK)

    assert request.too_large
    assert len(request.body) <= LARGEST


@given(st.binary(max_size=2000))
def test_no_bytes_raise(sent: bytes) -> None:
    said, _ = held(sent, OK)

    assert said == b"" or said.startswith(b"HTTP/1.1 ")


@given(st.lists(PIECES | st.binary(max_size=20), max_size=30).map(b"".join))
def test_no_pieces_of_http_raise(sent: bytes) -> None:
    said, _ = held(sent, OK)

    assert said == b"" or said.startswith(b"HTTP/1.1 ")


def test_who_never_ends_a_request_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "PATIENCE", 0.05)

    async def hold() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(HEAD)
        await Conversation(reader, Sent(), None).hold()  # type: ignore[arg-type]

    with pytest.raises(TimeoutError):
        asyncio.run(hold())


@pytest.mark.parametrize("goes_on", [True, False])
def test_who_sends_nonsense_is_listened_to_until_nothing_more_comes(
    monkeypatch: pytest.MonkeyPatch, *, goes_on: bool
) -> None:
    monkeypatch.setattr(conversation, "SILENCE", 0.01)

    async def left_unread() -> bytes:
        reader, writer = asyncio.StreamReader(), Sent()
        reader.feed_data(b"\x00" * READ_IN_VAIN)
        if not goes_on:
            reader.feed_eof()
        await Conversation(reader, writer, lambda _: pytest.fail("no request")).hold()  # type: ignore[arg-type]
        reader.feed_eof()
        assert writer[0].startswith(b"HTTP/1.1 400 ")
        return await reader.read()

    assert asyncio.run(left_unread()) == b""
