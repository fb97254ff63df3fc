"""Texts are returned unchanged by each compression, and zlib is used where zstd is not installed."""

import sys
from copy import deepcopy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state import item_storage
from ecwid_async.sandbox.state.compression import Compression, Deflate, Zstd, new_compression
from ecwid_async.sandbox.state.item_storage import ItemStorage

ZSTD = "ecwid_async.primitives.zstd"


@pytest.fixture(params=[Deflate, Zstd])
def kind(request: pytest.FixtureRequest) -> type[Deflate] | type[Zstd]:
    if request.param is Zstd:
        pytest.importorskip(ZSTD)
    chosen: type[Deflate] | type[Zstd] = request.param
    return chosen


@given(samples=st.lists(st.binary(max_size=100)), texts=st.lists(st.binary(max_size=300), max_size=5))
def test_texts_are_returned_unchanged_in_any_order(samples: list[bytes], texts: list[bytes]) -> None:
    compressions: list[Compression] = [Deflate(samples), new_compression(samples)]
    for compression in compressions:
        packed = [compression.compress(text) for text in texts]
        assert [compression.decompress(each) for each in reversed(packed)] == texts[::-1]


def test_a_text_like_the_samples_becomes_small(kind: type[Deflate] | type[Zstd]) -> None:
    text = bytes(range(256)) * 4
    assert len(kind([text]).compress(text)) < 40 < len(kind([]).compress(bytes(range(256))))


def test_a_text_that_shares_parts_with_many_samples_becomes_small(kind: type[Deflate] | type[Zstd]) -> None:
    random = Random(1)
    shared = [random.randbytes(200) for _ in range(10)]
    texts = [b"".join([random.randbytes(20), *random.choices(shared, k=5)]) for _ in range(101)]
    assert len(kind(texts[:100]).compress(texts[100])) < len(texts[100]) / 5


def test_copies_of_a_storage_have_the_same_items(
    kind: type[Deflate] | type[Zstd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_storage, "new_compression", kind)
    storage = ItemStorage(plain_bytes=30)
    rows = [b'{"text":"%s","n":%d}' % (b"the same text " * 5, number) for number in range(5)]
    slots = [storage.append(row) for row in [b'{"a long first item":123}', *rows]][1:]
    copied = deepcopy(storage)
    storage.replace(slots[0], b'{"n":"another"}')
    assert copied.many(slots) == rows
    assert storage.many(slots) == [b'{"n":"another"}', *rows[1:]]


def test_zlib_is_used_where_zstd_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, ZSTD, None)
    assert isinstance(new_compression([b"sample"]), Deflate)


def test_zstd_is_used_where_it_is_installed() -> None:
    pytest.importorskip(ZSTD)
    assert isinstance(new_compression([b"sample"]), Zstd)
    assert new_compression([]).compress(b"")
