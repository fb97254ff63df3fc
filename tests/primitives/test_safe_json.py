"""Decoding JSON from outside quickly returns data or raises one kind of error, for any bytes."""

import json
import re
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given

from ecwid_async.codec import dumps, loads
from ecwid_async.primitives.safe_json import NotJSON, decode_json, exact_decoder, repair
from tests.primitives.json_strategies import documents

GRIN = b"\\ud83d\\ude00"
HALF = b"\\ud83d"


def read(body: bytes) -> Any:
    return decode_json(body, exact_decoder)


@pytest.mark.parametrize("depth", [1_000, 2_000, 100_000])
@pytest.mark.parametrize("nest", [(b"[", b"]"), (b'{"a":', b"}"), (b"[", b"")])
def test_deeply_nested_json_is_decoded_or_refused(depth: int, nest: tuple[bytes, bytes]) -> None:
    """The limit depends on the interpreter: later ones decode a few thousand levels."""
    with pytest.raises(NotJSON, match="nested too deeply") if depth > 10_000 else suppress(NotJSON):
        read(nest[0] * depth + b"1" + nest[1] * depth)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (b"1e400000", Decimal("1e400000")),
        (b"1e999999", Decimal("1e999999")),
        (b"-1e999999999999999999", Decimal("-1e999999999999999999")),
        (b"1e9999999999999999999999", "1e9999999999999999999999"),
        (b"0e-99999999999999999999", "0e-99999999999999999999"),
        (b"1" * 4300, int("1" * 4300)),
        (b"1" * 4301, "1" * 4301),
        (b"-" + b"9" * 100_000, "-" + "9" * 100_000),
    ],
)
def test_unrepresentable_numbers_become_text_and_all_others_are_exact(number: bytes, value: object) -> None:
    assert read(b'["1e9999999999999999999999", %b]' % number) == ["1e9999999999999999999999", value]


@pytest.mark.parametrize(
    ("escapes", "text"),
    [
        (HALF, "\ufffd"),
        (b"\\ude00", "\ufffd"),
        (GRIN, "😀"),
        (HALF + GRIN + b"\\uDE00", "\ufffd😀\ufffd"),
        (b"\\\\ud83d", "\\ud83d"),
        (b"\\\\" + HALF, "\\\ufffd"),
        (HALF + b"\\u0041", "\ufffdA"),
        (b"\\uD83Dx", "\ufffdx"),
    ],
)
def test_half_a_surrogate_pair_is_one_replacement_character(escapes: bytes, text: str) -> None:
    assert read(b'{"%b": "nice %b"}' % (escapes, escapes)) == {text: f"nice {text}"}


@pytest.mark.parametrize(
    "body",
    [
        b'"' * 100_000 + b'\\"' * 1_000_000,
        b'["\\ud83d' + b'"\\' * 1_000_000,
        b'["\\ud83d","' + b"\\u" * 1_000_000,
        b'["\\ud83d"' + b",1e" * 1_000_000,
        b"1e9999999999999999999" + b"[" * 1_000_000,
        b"-" * 1_000_000,
        b"1." * 1_000_000,
    ],
)
def test_megabytes_of_damaged_json_are_refused_quickly(body: bytes) -> None:
    start = time.process_time()
    with pytest.raises(NotJSON):
        read(body)
    assert time.process_time() - start < 5, "quadratic work takes minutes"


def _number(text: str) -> object:
    try:
        return loads(text)
    except ValueError:
        return text


def _clean(value: Any) -> Any:
    """The data of another parser, with U+FFFD for each half of a surrogate pair."""
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


@pytest.mark.chaos
@given(documents)
@example('{"items":[{"x":"\\ud83d"},{"x":1e99999999999999999999}],"total":1e99999999999999999999}')
def test_any_json_is_decoded(text: str) -> None:
    body = text.encode()
    data = read(body)
    kept = json.loads(text, parse_float=_number, parse_int=_number)
    assert loads(dumps(_clean(kept))) == data
    assert read(repair(body)) == data
