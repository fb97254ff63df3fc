"""Parsing and applying ``responseFields``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.engine.response_fields import apply_view, parse_selection, project

NAMES = st.text("abcXYZ_0é", min_size=1, max_size=4)
SELECTIONS = st.recursive(
    st.dictionaries(NAMES, st.none(), min_size=1, max_size=4),
    lambda inner: st.dictionaries(NAMES, st.none() | inner, min_size=1, max_size=4),
    max_leaves=12,
)


def render(selection):
    return ",".join(name if inner is None else f"{name}({render(inner)})" for name, inner in selection.items())


@given(SELECTIONS)
def test_a_rendered_selection_parses_to_the_same_selection(selection):
    assert parse_selection(render(selection)) == selection


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_selection_selects_everything(text):
    assert parse_selection(text) is None


def test_selecting_a_whole_field_overrides_a_part_of_it():
    assert parse_selection("items(id),items") == {"items": None}
    assert parse_selection("items,items(id)") == {"items": None}
    assert parse_selection("items(id),items(name)") == {"items": {"id": None, "name": None}}


@pytest.mark.parametrize("text", ["a(", "a)", "a((b))", "(a)", ",a", "a,,b", "a(b)c", "a(,b)", "a()", "a,"])
def test_a_syntax_error_raises_value_error(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_selection(text)


@given(st.text("ab(), ", max_size=12))
def test_any_text_is_parsed_or_raises_value_error(text):
    try:
        selection = parse_selection(text)
    except ValueError:
        return
    assert selection is None or parse_selection(render(selection)) == selection


def test_only_selected_fields_stay_on_every_level():
    item = {"id": 1, "options": [{"name": "Size", "choices": [1]}, {"type": "X"}], "tax": {"taxable": True}}
    assert project(item, parse_selection("options(name),tax,absent(x)")) == {
        "options": [{"name": "Size"}, {}],
        "tax": {"taxable": True},
    }
    assert project(7, {"a": None}) == 7


def test_a_view_leaves_other_fields_byte_for_byte_the_same():
    item = b'{"price": 1.50,  "id":7, "url": "a"}'
    assert apply_view(item, lambda item: item) == item
    assert (
        apply_view(item, lambda item: item | {"url": "b", "count": 2}) == b'{"price":1.50,"id":7,"url":"b","count":2}'
    )


def test_a_view_of_text_that_is_not_unicode_replaces_it():
    assert (
        apply_view(rb'{"name":"nice \ud83d"}', lambda item: item | {"id": 7})
        == '{"name":"nice \ufffd","id":7}'.encode()
    )
