"""Selecting fields of JSON: their values stay byte for byte the same."""

import pytest

from ecwid_async.primitives.json_fields import select_fields


@pytest.mark.parametrize(
    ("item", "selected"),
    [
        (b'{"a" : 1.50, "b": 2, "c":3}', b'{"b":2}'),
        (b'{"b": 12345678901234567890.10 }', b'{"b":12345678901234567890.10}'),
        (b'{"d":[{"e":1e400000,"f":1},{"f":2},3]}', b'{"d":[{"e":1e400000},{},3]}'),
        (rb'{"b":"nice \ud83d","a":1}', rb'{"b":"nice \ud83d"}'),
        (b"{}", b"{}"),
        (b"7", b"7"),
    ],
)
def test_the_selected_fields_are_unchanged(item, selected):
    assert select_fields(item, {"b": None, "d": {"e": None}}) == selected
