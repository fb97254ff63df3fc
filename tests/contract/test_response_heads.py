"""Whatever the head of a response contains, the result is a complete response or our error, at once."""

import pytest

from ecwid_async.errors import OutcomeUnknown
from tests.contract.conftest import Connect
from tests.contract.requests import GET
from tests.transport.fault_server import Exchange, fault_server

ENDLESS = b"9" * 5000
WHOLE = b"Content-Length: 2\r\n\r\n{}"

HEADS = {
    "a length of 5,000 digits": b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n{}" % ENDLESS,
    "a length of 20 digits": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    "a superscript two": b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n{}",
    "arabic digits": "HTTP/1.1 200 OK\r\nContent-Length: ٢\r\n\r\n{}".encode(),
    "a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
    "a length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n" % ENDLESS
    + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a shorter length than its chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    "a chunk of 5,000 digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n{}\r\n0\r\n\r\n" % ENDLESS,
    "a chunk below zero": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk of Python's digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0_2\r\n{}\r\n0\r\n\r\n",
    "an unknown encoding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\nnone\r\n0\r\n\r\n",
    "bytes in a value": b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\xc3\x28\r\n" + WHOLE,
    "bytes in a name": b"HTTP/1.1 200 OK\r\nX-\xff: 1\r\n" + WHOLE,
    "a null": b"HTTP/1.1 200 OK\r\nX-Odd: a\0b\r\n" + WHOLE,
    "bytes in the reason": b"HTTP/1.1 200 \xff\xfe\r\n" + WHOLE,
    "a status of two digits": b"HTTP/1.1 99 Odd\r\n" + WHOLE,
    "a status of 5,000 digits": b"HTTP/1.1 %s Odd\r\n" % ENDLESS + WHOLE,
    "a future version": b"HTTP/9.9 200 OK\r\n" + WHOLE,
    "a type of bytes": b"HTTP/1.1 200 OK\r\nContent-Type: \xff; charset=\xff\r\n" + WHOLE,
    "an invalid charset": b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=idna\r\n" + WHOLE,
    "endless keep-alive": b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=%s\r\n" % ENDLESS + WHOLE,
    "an odd cookie": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Max-Age=%s; Expires=\xff\r\n" % ENDLESS + WHOLE,
    "an odd link": b'HTTP/1.1 200 OK\r\nLink: <http://[::1>; rel="\xff"\r\n' + WHOLE,
    "an odd location": b"HTTP/1.1 200 OK\r\nLocation: http://[::1\xff\r\n" + WHOLE,
    "a folded line": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n  2\r\n" + WHOLE,
    "ten thousand lines": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + WHOLE,
    "a thousand interim responses": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + b"HTTP/1.1 200 OK\r\n" + WHOLE,
}


@pytest.mark.parametrize("head", HEADS)
async def test_an_odd_head_gives_a_complete_response_or_our_error(connect: Connect, head: str) -> None:
    async def odd(exchange: Exchange) -> None:
        await exchange.send(HEADS[head])
        exchange.writer.close()

    async with fault_server(odd) as server:
        transport = connect(server.base_url)
        try:
            response = await transport.send(GET)
        except OutcomeUnknown:
            pass
        else:
            assert response.body == b"{}"
            assert repr(response.headers)
        await server.all_closed()
        try:
            async with transport.stream(GET) as streamed:
                body = b"".join([chunk async for chunk in streamed.chunks])
        except OutcomeUnknown:
            pass
        else:
            assert body == b"{}"
