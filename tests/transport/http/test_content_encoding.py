"""Any bytes, in any chunks, are decompressed completely or raise an error."""

import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.transport.http.content_encoding import BodyError, Decoder
from ecwid_async.wire import Headers, Options, Request

GET = Request(method="GET", path="/", options=Options(operation="GET /"))


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", lambda body: gzip.compress(body, mtime=0)),
    ("deflate", zlib.compress),
    ("deflate", lambda body: zlib.compress(body, wbits=-zlib.MAX_WBITS)),
]
# Some compress so well that a kilobyte expands to many pieces.
BODIES = st.binary(max_size=200) | st.binary(min_size=1, max_size=3).map(lambda few: few * 100_000)


def decoded(encoding: str, packed: bytes, cuts: list[int], request: Request = GET) -> bytes:
    decoder = Decoder(request, 200, Headers([("Content-Encoding", encoding)]))
    out, start = b"", 0
    for end in (*sorted(cut % (len(packed) + 1) for cut in cuts), len(packed)):
        out += b"".join(decoder.feed(packed[start:end]))
        start = end
    decoder.finish()
    return out


@pytest.mark.chaos
@pytest.mark.parametrize(("encoding", "pack"), PACKERS, ids=["gzip", "zlib", "raw"])
@given(body=BODIES, cuts=st.lists(st.integers(0, 10_000), max_size=5))
def test_a_body_is_decompressed_completely_however_it_is_chunked(
    encoding: str, pack: Callable[[bytes], bytes], body: bytes, cuts: list[int]
) -> None:
    assert decoded(encoding, pack(body), cuts) == body


@pytest.mark.chaos
@pytest.mark.parametrize(("encoding", "pack"), PACKERS, ids=["gzip", "zlib", "raw"])
@given(body=BODIES, length=st.integers(0, 10_000), cuts=st.lists(st.integers(0, 10_000), max_size=5))
def test_a_part_of_a_body_is_an_error(
    encoding: str, pack: Callable[[bytes], bytes], body: bytes, length: int, cuts: list[int]
) -> None:
    packed = pack(body)
    with pytest.raises(BodyError):
        decoded(encoding, packed[: length % len(packed)], cuts)


@pytest.mark.chaos
@given(body=BODIES, at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_detected_or_harmless(body: bytes, at: int, bit: int) -> None:
    packed = bytearray(gzip.compress(body, mtime=0))
    packed[at % len(packed)] ^= 1 << bit
    with suppress(BodyError):
        assert decoded("gzip", bytes(packed), []) == body


@pytest.mark.chaos
@given(encoding=st.sampled_from(["gzip", "deflate"]), packed=st.binary(max_size=100))
def test_any_bytes_are_decompressed_or_raise_our_error(encoding: str, packed: bytes) -> None:
    for start in (b"", b"\x1f\x8b\x08", b"\x78\x9c"):
        with suppress(BodyError):
            decoded(encoding, start + packed, [])


@pytest.mark.parametrize("status", [204, 304])
def test_an_empty_body_is_complete_for_a_status_without_one(status: int) -> None:
    Decoder(GET, status, Headers([("Content-Encoding", "gzip")])).finish()


def test_a_response_to_a_write_may_be_empty_but_not_cut() -> None:
    put = evolve(GET, method="PUT")
    assert decoded("gzip", b"", [], put) == b""
    with pytest.raises(BodyError):
        decoded("gzip", gzip.compress(b"{}")[:5], [], put)
