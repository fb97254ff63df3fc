"""Conversion of single values."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecwid_async.codec.scalars import SCALAR_CONVERTERS, WrongType, decimal_cache, state


@pytest.mark.parametrize("target", [str, int, Decimal, bool, datetime, date])
@pytest.mark.parametrize("value", [None, [], {}, object()])
def test_values_of_other_types_are_refused(target: type, value: object) -> None:
    with pytest.raises(WrongType):
        SCALAR_CONVERTERS[target](value)
    assert not state.mismatch_seen


@pytest.mark.parametrize(("target", "value"), [(int, "12"), (str, 12), (bool, "true"), (datetime, "2024-09-04")])
def test_a_converted_value_is_flagged(target: Any, value: object) -> None:
    try:
        assert type(SCALAR_CONVERTERS[target](value)) is target
        assert state.mismatch_seen
    finally:
        state.mismatch_seen = False


def test_huge_numbers_are_refused_at_once() -> None:
    with pytest.raises(WrongType):
        SCALAR_CONVERTERS[int](Decimal("1e999999"))


def test_integers_of_any_size_become_decimals() -> None:
    assert [decimal_cache[number] for number in (0, 1024, 1025, -1)] == [Decimal(n) for n in (0, 1024, 1025, -1)]
