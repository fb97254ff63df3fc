"""Bodies that can't be read as the requested type."""

import pytest

from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError
from tests.codec.models import Item, read_item


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": 1', b"\xff"])
def test_a_body_that_is_not_json_is_an_error(body: bytes) -> None:
    with pytest.raises(DecodeError, match=r"GET /x: expected JSON"):
        Codec().decode(body, Item, "GET /x")


def test_a_response_of_another_type_is_an_error_even_without_strict() -> None:
    with pytest.raises(DecodeError, match="expected Item, found a list"):
        read_item([])
    assert read_item({}) == Item(), "a failure does not affect the next call"


def test_a_failed_decode_does_not_affect_the_next_one() -> None:
    codec = Codec()
    with pytest.raises(DecodeError):
        codec.structure([{"id": "x"}, 7], list[Item], "GET /items")
    codec.structure([{"id": 1}], list[Item], "GET /items")
    assert not codec.problems
