"""A download is retried until it begins, and resumed after an interruption, or fails with a clear error."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from attrs import define, evolve, field

from ecwid_async.errors import NotSent, OutcomeUnknown, Timeout, TransportError
from ecwid_async.transport.retry import Retry, RetryPolicy
from ecwid_async.wire import Event, EventKind, Headers, Options, Request, Response, StreamedResponse
from tests.transport.retry.retry_setup import VirtualClock

GET = Request(method="GET", path="/invoice", options=Options(operation="GET /invoice", repeatable=True))
FILE = b"0123456789"
RESUMABLE = {"Accept-Ranges": "bytes", "ETag": '"v1"', "Content-Length": "10"}


@define
class Reply:
    """The head of a response, its chunks, and the error at its end, if any."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=lambda: RESUMABLE)
    chunks: tuple[bytes, ...] = (FILE,)
    error: TransportError | None = None


def interrupted(*chunks: bytes, headers: Mapping[str, str] = RESUMABLE, status: int = 200) -> Reply:
    return Reply(status, headers, chunks, OutcomeUnknown("reset", request=GET))


def rest(
    chunk: bytes = FILE[4:], content_range: str | None = "bytes 4-9/10", status: int = 206, **headers: str
) -> Reply:
    part = {"Content-Range": content_range} if content_range is not None else {}
    return Reply(status, {"ETag": '"v1"', "Content-Length": str(len(chunk)), **part, **headers}, (chunk,))


class ScriptedServer:
    """A transport that replies from a script, and fails if two replies are open at once."""

    def __init__(self, *script: Reply | TransportError) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self.open = 0

    async def send(self, request: Request) -> Response:
        raise NotImplementedError

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedResponse]:
        self.requests.append(request)
        reply = self.script.pop(0)
        if isinstance(reply, TransportError):
            raise reply

        async def chunks() -> AsyncIterator[bytes]:
            for chunk in reply.chunks:
                yield chunk
            if reply.error is not None:
                raise reply.error

        assert not self.open
        self.open += 1
        try:
            yield StreamedResponse(reply.status, Headers(reply.headers.items()), chunks())
        finally:
            self.open -= 1

    async def aclose(self) -> None:
        raise NotImplementedError


class DownloadClient:
    """Downloads from a scripted server, on a clock that moves only during sleeps."""

    def __init__(self, *script: Reply | TransportError, policy: RetryPolicy | None = None) -> None:
        self.server = ScriptedServer(*script)
        self.clock = VirtualClock()
        self.events: list[Event] = []
        self.retry = Retry(
            self.server,
            policy=policy,
            events=self.events.append,
            clock=lambda: self.clock.now,
            sleep=self.clock.sleep,
            jitter=lambda _, most: most,
        )

    async def read(self, request: Request = GET) -> tuple[int, bytes]:
        try:
            async with self.retry.stream(request) as response:
                return response.status, b"".join([chunk async for chunk in response.chunks])
        finally:
            assert not self.server.open

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]


@pytest.mark.parametrize(
    "first",
    [
        NotSent("refused", request=GET),
        OutcomeUnknown("reset", request=GET),
        Reply(status=429, headers={"Retry-After": "7"}),
        Reply(status=429, headers={}),
        Reply(status=503, headers={}),
        interrupted(),
        interrupted(b""),
    ],
    ids=["refused", "reset", "429", "429 without a time", "503", "cut before its first byte", "nothing but its head"],
)
async def test_a_download_is_retried_until_its_first_byte_arrives(first: Reply | TransportError) -> None:
    client = DownloadClient(first, Reply())
    assert await client.read() == (200, FILE)
    assert [request.headers.get("range") for request in client.server.requests] == [None, None]
    assert client.clock.now > 1000.0
    assert client.kinds()[-1] is EventKind.CALL_ENDED
    assert EventKind.RETRYING in client.kinds()


async def test_a_download_counts_as_sent_if_one_attempt_was() -> None:
    client = DownloadClient(interrupted(), NotSent("refused", request=GET), policy=RetryPolicy(attempts=2))
    with pytest.raises(NotSent) as caught:
        await client.read()
    assert caught.value.outcome == "refused"


async def test_a_429_to_a_download_is_retried_after_its_delay() -> None:
    client = DownloadClient(Reply(status=429, headers={"Retry-After": "7"}), Reply())
    await client.read()
    assert client.clock.now == 1007.0


@pytest.mark.parametrize("status", [400, 403, 404, 501])
async def test_any_other_response_is_final(status: int) -> None:
    client = DownloadClient(Reply(status=status, chunks=(b"no",)), Reply())
    assert await client.read() == (status, b"no")


async def test_a_request_that_is_not_repeatable_is_sent_once() -> None:
    once = evolve(GET, options=evolve(GET.options, repeatable=False))
    client = DownloadClient(OutcomeUnknown("reset", request=once), Reply())
    with pytest.raises(OutcomeUnknown):
        await client.read(once)
    assert len(client.server.requests) == 1


async def test_a_server_that_keeps_failing_gets_as_many_attempts_as_the_policy_allows() -> None:
    client = DownloadClient(*[interrupted() for _ in range(10)], policy=RetryPolicy(attempts=3))
    with pytest.raises(OutcomeUnknown, match="reset") as caught:
        await client.read()
    assert (len(client.server.requests), caught.value.attempts) == (3, 3)
    assert client.kinds()[-2:] == [EventKind.GAVE_UP, EventKind.CALL_ENDED]


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        (RESUMABLE, '"v1"'),
        ({"ETag": '"v1"', "Content-Length": "10"}, '"v1"'),
        ({"ETag": '"v1"'}, '"v1"'),
        (
            {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT", "Date": "Wed, 21 Oct 2015 07:28:01 GMT"},
            "Wed, 21 Oct 2015 07:28:00 GMT",
        ),
    ],
    ids=["all of it", "no Accept-Ranges", "no length", "a date"],
)
async def test_an_interrupted_download_is_resumed(headers: dict[str, str], validator: str) -> None:
    last = rest()
    if "ETag" not in headers:
        last = evolve(last, headers={"Content-Range": "bytes 4-9/10"})
    client = DownloadClient(interrupted(b"01", b"23", headers=headers), last)
    assert await client.read() == (200, FILE)
    headers_of_rest = client.server.requests[1].headers
    assert (headers_of_rest["range"], headers_of_rest["if-range"]) == ("bytes=4-", validator)


async def test_a_resumed_download_may_be_interrupted_again_or_throttled() -> None:
    client = DownloadClient(
        interrupted(b"0123"),
        evolve(rest(b"45"), error=OutcomeUnknown("reset", request=GET)),
        Reply(status=429, headers={"Retry-After": "1"}),
        rest(b"6789", "bytes 6-9/*"),
    )
    assert await client.read() == (200, FILE)
    ranges = [request.headers.get("range") for request in client.server.requests]
    assert ranges == [None, "bytes=4-", "bytes=6-", "bytes=6-"]


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "does not support range requests"),
        ({"ETag": 'W/"v1"'}, "does not support range requests"),
        ({"ETag": '"v\x011"'}, "does not support range requests"),
        ({"ETag": '"v1"', "Accept-Ranges": "none"}, "does not support range requests"),
        ({"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, "does not support range requests"),
        ({"Last-Modified": "yesterday", "Date": "today"}, "does not support range requests"),
        ({"ETag": '"v1"', "Content-Encoding": "gzip"}, "does not allow range requests"),
    ],
    ids=["nothing", "weak", "odd", "none", "a date of now", "no date", "compressed"],
)
async def test_a_rest_that_can_t_be_requested_fails_at_once(headers: dict[str, str], message: str) -> None:
    client = DownloadClient(interrupted(b"0123", headers=headers), rest())
    with pytest.raises(OutcomeUnknown, match=rf"interrupted after 4 bytes \(reset\) and can't be resumed: .*{message}"):
        await client.read()
    assert len(client.server.requests) == 1
    assert client.kinds()[-2:] == [EventKind.GAVE_UP, EventKind.CALL_ENDED]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (Reply(), "ignores range requests"),
        (Reply(headers={**RESUMABLE, "ETag": '"v2"'}), "the file changed"),
        (rest(ETag='"v2"'), "the file changed"),
        (rest(content_range="bytes 4-9/11"), "a different range"),
        (rest(content_range="bytes 4-10/11"), "the file changed"),
        (rest(content_range="bytes 3-9/10"), "a different range"),
        (rest(content_range="bytes 4-8/10"), "a different range"),
        (rest(content_range="bytes 4-9/" + "9" * 5000), "a different range"),
        (rest(content_range=None), "a different range"),
        (evolve(rest(), headers={"Content-Range": "bytes 4-9/10", "Content-Encoding": "gzip"}), "a different range"),
        (Reply(status=416, headers={}), "with status 416"),
        (Reply(status=404, headers={}), "with status 404"),
    ],
)
async def test_parts_of_different_files_are_never_joined(second: Reply, message: str) -> None:
    client = DownloadClient(interrupted(b"0123"), second)
    with pytest.raises(OutcomeUnknown, match=message):
        await client.read()
    assert len(client.server.requests) == 2


@pytest.mark.parametrize("chunk", [b"45678", b"456789X"], ids=["short", "long"])
async def test_a_rest_of_the_wrong_length_is_an_error(chunk: bytes) -> None:
    client = DownloadClient(interrupted(b"0123"), rest(chunk), policy=RetryPolicy(attempts=2))
    with pytest.raises(OutcomeUnknown, match="announced length"):
        await client.read()


async def test_the_reader_gets_the_head_that_belongs_to_the_body() -> None:
    client = DownloadClient(interrupted(), Reply(headers={**RESUMABLE, "ETag": '"v2"'}))
    async with client.retry.stream(GET) as response:
        assert response.headers["etag"] == '"v2"'
        assert [chunk async for chunk in response.chunks] == [FILE]


async def test_a_download_is_not_retried_past_the_deadline() -> None:
    late = evolve(GET, options=evolve(GET.options, deadline=1000.1))
    client = DownloadClient(interrupted(b"0123"), rest())
    with pytest.raises(OutcomeUnknown, match="interrupted after 4 bytes"):
        await client.read(late)
    client = DownloadClient(evolve(interrupted(b"0123"), error=Timeout("late", request=late)), rest())
    with pytest.raises(Timeout):
        await client.read(late)
    assert len(client.server.requests) == 1


async def test_leaving_early_closes_the_open_response() -> None:
    client = DownloadClient(interrupted(b"01", b"23"), rest())
    async with client.retry.stream(GET) as response:
        assert [await anext(response.chunks) for _ in range(3)] == [b"01", b"23", FILE[4:]]
        assert client.server.open == 1
    assert not client.server.open


@pytest.mark.parametrize("raises", [ValueError("mine"), OutcomeUnknown("another call's", request=GET)])
async def test_an_error_of_the_reader_passes_through_unchanged(raises: Exception) -> None:
    client = DownloadClient(Reply())

    async def leave(fail: Callable[[], None]) -> None:
        async with client.retry.stream(GET) as response:
            await anext(response.chunks)
            fail()

    def fail() -> None:
        raise raises

    with pytest.raises(type(raises)) as caught:
        await leave(fail)
    assert caught.value is raises
    assert len(client.server.requests) == 1
