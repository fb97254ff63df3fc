"""Partial updates of items."""

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.state import merge

SCALARS = st.integers() | st.text(max_size=3) | st.booleans()
ITEMS = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), SCALARS, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), SCALARS | inner, max_size=4),
    max_leaves=8,
)


@given(ITEMS, ITEMS)
def test_fields_in_the_change_are_set_and_all_others_stay(stored, change):
    merged = merge(stored, change)
    for name, value in stored.items():
        if name not in change:
            assert merged[name] == value
    for name, value in change.items():
        if not isinstance(value, dict):
            assert merged[name] == value
        else:
            assert value.keys() <= merged[name].keys()
    assert merge(merged, change) == merged
    assert merge(stored, {}) == stored


def test_null_keeps_the_value_unless_the_field_is_clearable():
    stored = {"a": 1, "b": 2, "c": {"d": 3}}
    nulls = {"a": None, "b": None, "c": {"d": None}}
    assert merge(stored, nulls) == stored
    assert merge(stored, nulls, clearable=["b"]) == {"a": 1, "c": {"d": 3}}
    assert merge(stored, nulls, null_clears=True) == {"c": {}}


def test_a_list_is_replaced_but_elements_with_a_known_id_are_merged():
    stored = {"lines": [{"id": 1, "a": 1, "b": 2}, {"id": 2, "a": 3}], "tags": [1, 2, 3]}
    change = {"lines": [{"id": 1, "a": 9}, {"a": 7, "n": None}], "tags": [4]}
    assert merge(stored, change) == {"lines": [{"id": 1, "a": 9, "b": 2}, {"a": 7}], "tags": [4]}


def test_merging_does_not_modify_the_stored_item():
    stored = {"a": {"b": 1}, "lines": [{"id": 1, "a": 1}]}
    merge(stored, {"a": {"b": 2}, "lines": [{"id": 1, "a": 2}]})
    assert stored == {"a": {"b": 1}, "lines": [{"id": 1, "a": 1}]}
