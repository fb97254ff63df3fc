"""The cursor: readable JSON, and refused where it does not belong."""

import json

import pytest

from ecwid_async.changes import Cursor
from ecwid_async.errors import ConfigError

CURSOR = Cursor(version=1, store_id=1003, operation="GET /products", since=1_764_460_000)


def test_a_cursor_is_short_readable_json() -> None:
    assert json.loads(CURSOR.to_json()) == {
        "version": 1,
        "store_id": 1003,
        "operation": "GET /products",
        "since": 1_764_460_000,
    }


def test_a_cursor_survives_json() -> None:
    assert Cursor.from_json(CURSOR.to_json(), store_id=1003, operation="GET /products") == CURSOR


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "not a valid cursor"),
        ("[]", "not a valid cursor"),
        ('{"version":1}', "not a valid cursor"),
        (CURSOR.to_json().replace("1764460000", "1764460000.5"), "not a valid cursor"),
        (CURSOR.to_json().replace("1764460000", "-1"), "not a valid cursor"),
        ('{"version":2,"position":"new"}', "upgrade ecwid_async"),
        (CURSOR.to_json().replace("1003", "1004"), "of store 1004, not for"),
        (CURSOR.to_json().replace("products", "orders"), "GET /orders of store"),
    ],
)
def test_any_other_text_is_refused_with_a_reason(text: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        Cursor.from_json(text, store_id=1003, operation="GET /products")
