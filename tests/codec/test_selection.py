"""The syntax of ``responseFields``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.codec import add_fields, format_selection, parse_selection


@pytest.mark.parametrize("text", ["id", "total,items(id,name)", "items(media(images(id)),id),total"])
def test_a_selection_round_trips(text: str) -> None:
    assert format_selection(parse_selection(text)) == text


def test_spaces_are_ignored() -> None:
    assert parse_selection(" total , items ( id ) ") == {"total": None, "items": {"id": None}}


def test_repeated_names_are_united() -> None:
    assert parse_selection("items(id),items(name,id)") == {"items": {"id": None, "name": None}}
    assert parse_selection("items(id),items") == {"items": None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks a name"),
        ("id,", "lacks a name"),
        ("items()", "lacks a name"),
        ("items(id", "does not close a parenthesis"),
        ("id)", "closes a parenthesis that is not open"),
        ("a(" * 60 + "b" + ")" * 60, "more than 50 deep"),
    ],
)
def test_invalid_syntax_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_selection(text)


def test_added_fields_come_first_and_selected_ones_stay() -> None:
    selection = add_fields({"items": {"id": None}}, ["total", "items"])
    assert format_selection(selection) == "total,items(id)"


@pytest.mark.chaos
@given(st.text(st.sampled_from("ab(),é ")) | st.text(max_size=20) | st.integers(0, 5000).map(lambda deep: "a(" * deep))
def test_a_selection_is_parsed_or_refused(text: str) -> None:
    try:
        selection = parse_selection(text)
    except ValueError:
        return
    assert parse_selection(format_selection(selection)) == selection
