"""Hypothesis strategies for JSON documents: lone surrogates, huge numbers, and spellings that no library writes."""

import json
from typing import Any

from hypothesis import strategies as st

texts = st.text(st.characters(codec=None), max_size=6)  # lone surrogates too
numbers = st.builds(
    "{}{}e{}{}".format,
    st.integers(-99, 99),
    st.sampled_from(["", ".5", ".123456789"]),
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 9).flatmap(lambda digits: st.integers(0, 10 ** (digits * digits))),
)
members = st.sampled_from([*("items", "total", "id", "quantity", "price", "created", "options", "attributes", "date")])


def spelled(value: Any) -> str:
    """JSON text, with numbers in spellings that no library writes."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{spelled(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(spelled, value)) + "]"
    return value[0] if isinstance(value, tuple) else json.dumps(value)


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | numbers.map(lambda number: (number,)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members | texts, inner, max_size=4),
    max_leaves=12,
).map(spelled)
