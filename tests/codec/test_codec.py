"""Bodies that are not what was asked for."""

import pytest

from ecwid_async.codec import Codec
from ecwid_async.errors import DecodeError
from tests.codec.models import Item, read


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": 1', b"\xff"])
def test_a_body_that_is_no_json_is_an_error_that_says_so(body: bytes) -> None:
    with pytest.raises(DecodeError, match=r"GET /x: expected JSON"):
        Codec().decode(body, Item, "GET /x")


def test_an_answer_of_another_shape_is_an_error_even_when_tolerant() -> None:
    with pytest.raises(DecodeError, match="expected Item, found a list"):
        read([])
    assert read({}) == Item(), "one failure does not mark the next reading"


def test_a_subclass_of_nothing_leaks_between_readings() -> None:
    codec = Codec()
    with pytest.raises(DecodeError):
        codec.structure([{"id": "x"}, 7], list[Item], "GET /items")
    codec.structure([{"id": 1}], list[Item], "GET /items")
    assert not codec.problems
