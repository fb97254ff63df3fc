"""A compressed body is complete or an error, whatever its length. All transports undo the same encodings."""

import gzip
import zlib

import pytest
from attrs import evolve

from ecwid_async.errors import OutcomeUnknown
from ecwid_async.wire import Request, Transport
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT
from tests.transport.fault_server import Exchange, Handler, fault_server

BODY = b'{"items":[{"id":1,"name":"tea"},{"id":2,"name":"tea"}]}'


PACKED = {
    "gzip": ("gzip", gzip.compress(BODY, mtime=0)),
    "gzip of two members": ("gzip", gzip.compress(BODY[:20], mtime=0) + gzip.compress(BODY[20:], mtime=0)),
    "gzip under its old name": ("X-GZip", gzip.compress(BODY, mtime=0)),
    "deflate": ("deflate", zlib.compress(BODY)),
    "deflate without its header": ("deflate", zlib.compress(BODY, wbits=-zlib.MAX_WBITS)),
    "nothing": ("identity", BODY),
}


def packed_in(encoding: str, packed: bytes, *, status: str = "200 OK") -> Handler:
    async def handle(exchange: Exchange) -> None:
        await exchange.respond(packed, status=status, headers=b"Content-Encoding: %s\r\n" % encoding.encode())

    return handle


async def downloaded(transport: Transport, request: Request = GET) -> bytes:
    async with transport.stream(request) as response:
        return b"".join([chunk async for chunk in response.chunks])


@pytest.mark.parametrize("kind", PACKED)
async def test_a_compressed_body_is_decompressed(connect: Connect, kind: str) -> None:
    async with fault_server(packed_in(*PACKED[kind])) as server:
        transport = connect(server.base_url)
        assert (await transport.send(GET)).body == BODY
        assert await downloaded(transport) == BODY
    assert {exchange.header("accept-encoding") for exchange in server.log} == {"gzip, deflate"}


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind != "nothing"])
async def test_a_compressed_body_cut_anywhere_is_an_error(connect: Connect, kind: str) -> None:
    """The announced length matches the cut body, and the connection stays open."""
    encoding, packed = PACKED[kind]
    members = {0, len(gzip.compress(BODY[:20], mtime=0))} if "members" in kind else {0}
    async with fault_server(packed_in(encoding, packed)) as server:
        transport = connect(server.base_url)
        for length in range(len(packed)):
            server.handler = packed_in(encoding, packed[:length])
            if length in members and length:
                continue  # each member is a complete stream
            with pytest.raises(OutcomeUnknown, match="an incomplete compressed body"):
                await transport.send(GET)
            with pytest.raises(OutcomeUnknown, match="an incomplete compressed body"):
                await downloaded(transport)


@pytest.mark.parametrize(
    ("encoding", "packed", "message"),
    [
        ("gzip", b"this is not gzip", "a body that can't be decompressed"),
        ("gzip", gzip.compress(BODY, mtime=0) + b"this is not gzip", "a body that can't be decompressed"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-8] + bytes(8), "a body that can't be decompressed"),
        ("gzip", gzip.compress(b"", mtime=0) * 1001, "more data after the end of a compressed body"),
        ("deflate", b"this is not deflate", "a body that can't be decompressed"),
        ("deflate", zlib.compress(BODY) * 2, "more data after the end of a compressed body"),
        ("br", b"anything", "a content encoding that was not requested"),
        ("zstd, gzip", b"anything", "a content encoding that was not requested"),
    ],
    ids=["no gzip", "gzip and more", "a wrong checksum", "members", "no deflate", "deflate twice", "br", "two"],
)
async def test_a_body_that_can_t_be_decompressed_is_an_error(
    connect: Connect, encoding: str, packed: bytes, message: str
) -> None:
    async with fault_server(packed_in(encoding, packed)) as server:
        transport = connect(server.base_url)
        with pytest.raises(OutcomeUnknown, match=message):
            await transport.send(GET)
        with pytest.raises(OutcomeUnknown, match=message):
            await downloaded(transport)


@pytest.mark.parametrize("kind", ["gzip", "deflate without its header"])
async def test_highly_compressed_data_is_decompressed_in_pieces(connect: Connect, kind: str) -> None:
    body = bytes(1 << 22)
    encoding, packed = (
        ("gzip", gzip.compress(body, mtime=0))
        if kind == "gzip"
        else ("deflate", zlib.compress(body, wbits=-zlib.MAX_WBITS))
    )
    async with (
        fault_server(packed_in(encoding, packed)) as server,
        connect(server.base_url).stream(GET) as response,
    ):
        sizes = [len(chunk) async for chunk in response.chunks]
    assert sum(sizes) == len(body)
    assert max(sizes) <= 1 << 16


async def test_an_empty_response_to_a_write_is_complete_under_any_encoding(connect: Connect) -> None:
    async with fault_server(packed_in("gzip", b"")) as server:
        transport = connect(server.base_url)
        assert (await transport.send(PUT)).body == b""
        assert (await transport.send(evolve(PUT, method="DELETE", body=None))).body == b""
