"""Filters, sorts, pages and selected fields, against the plain way of doing each."""

import math
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.sandbox.engine import Page, project
from ecwid_async.sandbox.engine.response_fields import parse_selection
from ecwid_async.sandbox.state import Columns, ContainsWords, InRange, KeyIn, OneOf, Sort, Table, select_rows
from ecwid_async.sandbox.switches import Switches
from tests.sandbox.api import Clock

# Selected fields.

NAMES = st.text("abcXYZ_0é", min_size=1, max_size=4)
SELECTIONS = st.recursive(
    st.dictionaries(NAMES, st.none(), min_size=1, max_size=4),
    lambda inner: st.dictionaries(NAMES, st.none() | inner, min_size=1, max_size=4),
    max_leaves=12,
)


def written(selection):
    return ",".join(name if inner is None else f"{name}({written(inner)})" for name, inner in selection.items())


@given(SELECTIONS)
def test_a_selection_is_read_as_it_was_written(selection):
    assert parse_selection(written(selection)) == selection


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_selection_asks_for_everything(text):
    assert parse_selection(text) is None


def test_all_of_a_member_swallows_a_part_of_it():
    assert parse_selection("items(id),items") == {"items": None}
    assert parse_selection("items,items(id)") == {"items": None}
    assert parse_selection("items(id),items(name)") == {"items": {"id": None, "name": None}}


@pytest.mark.parametrize("text", ["a(", "a)", "a((b))", "(a)", ",a", "a,,b", "a(b)c", "a(,b)", "a()", "a,"])
def test_brackets_and_commas_that_do_not_fit_are_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse_selection(text)


@given(st.text("ab(), ", max_size=12))
def test_any_text_is_a_selection_or_a_clear_error(text):
    try:
        selection = parse_selection(text)
    except ValueError:
        return
    assert selection is None or parse_selection(written(selection)) == selection


def test_only_the_selected_members_stay_on_every_level():
    item = {"id": 1, "options": [{"name": "Size", "choices": [1]}, {"type": "X"}], "tax": {"taxable": True}}
    assert project(item, parse_selection("options(name),tax,absent(x)")) == {
        "options": [{"name": "Size"}, {}],
        "tax": {"taxable": True},
    }
    assert project(7, {"a": None}) == 7


# Filters, sorts and pages.

COLUMNS = Columns(
    numbers={"price": lambda item: item["price"]},
    texts={"name": lambda item: item["name"]},
    terms={"tag": lambda item: item["tags"]},
)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "price": st.integers(0, 9),
            "name": st.lists(st.sampled_from(["red", "Bär", "x", "Хлеб", "fox"]), max_size=3).map(" ".join),
            "tags": st.lists(st.sampled_from("abc"), max_size=2),
            "createTimestamp": st.integers(0, 9),
        }
    ),
    max_size=40,
).map(lambda items: [{"id": number, **item} for number, item in enumerate(items, start=1)])

WINDOWS = st.builds(
    InRange,
    st.sampled_from(["price", "created"]),
    st.integers(0, 9) | st.just(-math.inf),
    st.integers(0, 9) | st.just(math.inf),
)
CONDITIONS = st.lists(
    WINDOWS
    | st.builds(OneOf, st.just("tag"), st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(tuple))
    | st.builds(
        ContainsWords, st.just("name"), st.lists(st.sampled_from(["RE", "bär", "x", "хле"]), min_size=1).map(tuple)
    )
    | st.builds(KeyIn, st.frozensets(st.integers(1, 40), max_size=20)),
    max_size=4,
)
SORTS = st.builds(Sort, st.sampled_from(["", "price", "created", "name"]), st.booleans())


def meets(item, condition):
    match condition:
        case InRange(column, low, high):
            return low <= item["createTimestamp" if column == "created" else column] <= high
        case OneOf(_, values):
            return bool(set(values) & set(item["tags"]))
        case ContainsWords(_, words):
            text = item["name"].casefold()
            return all(w.casefold() in (text if len(w) > 1 else text.split()) for w in words)
        case KeyIn(keys):
            return item["id"] in keys


def sort_key(column):
    match column:
        case "":
            return lambda item: 0
        case "name":
            return lambda item: item["name"].casefold()
        case "created":
            return lambda item: item["createTimestamp"]
        case _:
            return lambda item: item[column]


def loaded(items):
    table = Table(COLUMNS, first_id=1, clock=Clock(), switches=Switches())
    table.load(items)
    return table


@settings(max_examples=200, deadline=None)
@given(ITEMS, CONDITIONS, SORTS, st.integers(1, 9))
def test_pages_together_are_the_plainly_filtered_and_sorted_list(items, conditions, sort, limit):
    table = loaded(items)
    kept = [item["id"] for item in items if all(meets(item, condition) for condition in conditions)]
    by_id = {item["id"]: item for item in items}
    kept.sort(key=lambda key: (sort_key(sort.column)(by_id[key]), key), reverse=sort.descending)
    for _ in range(2):  # The second time out of what is remembered.
        pages, offset = [], 0
        while True:
            rows = select_rows(table.index, conditions, sort, Switches())
            assert len(rows) == len(kept)
            page = table.index.keys(rows.cut(offset, limit))
            if not page:
                break
            pages += page
            offset += len(page)
        assert pages == kept


@given(ITEMS, CONDITIONS, SORTS, st.sampled_from(["newest", "unstable"]))
@settings(deadline=None)
def test_ties_may_come_in_another_order_and_nothing_else_changes(items, conditions, sort, ties):
    table = loaded(items)
    usual = table.index.keys(select_rows(table.index, conditions, sort, Switches()))
    other = table.index.keys(select_rows(table.index, conditions, sort, Switches(ties=ties)))
    key = sort_key(sort.column)
    by_id = {item["id"]: item for item in items}
    assert [key(by_id[number]) for number in other] == [key(by_id[number]) for number in usual]
    assert sorted(other) == sorted(usual)
    if ties == "newest" and sort.column:
        pairs = pairwise(other)
        assert all(a > b for a, b in pairs if key(by_id[a]) == key(by_id[b]))


def test_unstable_ties_differ_from_request_to_request():
    table = loaded([{"id": n, "price": 1, "name": "", "tags": []} for n in range(1, 30)])
    orders = {tuple(select_rows(table.index, [], Sort("price"), Switches(ties="unstable"))) for _ in range(5)}
    assert len(orders) > 1


def test_a_ranked_sort_puts_rows_without_a_rank_last_and_follows_touch():
    table = loaded([{"id": n, "price": 1, "name": "", "tags": []} for n in (1, 2, 3, 4)])
    ranked = Sort(ranked_by="mine", ranks={3: 0, 1: 1})
    assert table.index.keys(select_rows(table.index, [], ranked, Switches())) == [3, 1, 2, 4]
    assert table.index.keys(select_rows(table.index, [], Sort(), Switches())) == [1, 2, 3, 4]
    table.index.invalidate_cache()
    changed = Sort(ranked_by="mine", ranks={4: 0})
    assert table.index.keys(select_rows(table.index, [], changed, Switches())) == [4, 1, 2, 3]


def test_a_change_is_seen_by_the_next_search():
    table = loaded([{"id": n, "price": n, "name": "", "tags": ["a"]} for n in (1, 2, 3)])
    question = ([OneOf("tag", ("a",)), InRange("price", 2)], Sort("price"), Switches())
    assert table.index.keys(select_rows(table.index, *question)) == [2, 3]
    table.put({"id": 1, "price": 9, "name": "", "tags": ["a"]})
    assert table.index.keys(select_rows(table.index, *question)) == [2, 3, 1]


# The envelope.

PAGE = Page(total=9, offset=4, limit=2, rows=[b'{"id":1,"name":"a"}', b'{"id":2,"name":"b"}'], extra={"all": 3})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "",
            {
                "total": 9,
                "count": 2,
                "offset": 4,
                "limit": 2,
                "all": 3,
                "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
            },
        ),
        ("total,count", {"total": 9, "count": 2}),
        ("items(id)", {"items": [{"id": 1}, {"id": 2}]}),
        ("limit,items", {"limit": 2, "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}),
        ("nothing", {}),
    ],
)
def test_a_page_holds_what_was_asked_for(fields, expected):
    assert msgspec.json.decode(PAGE.render(parse_selection(fields))) == expected


def test_whole_items_are_spliced_in_as_they_are():
    strange = b'{"price": 1.50,  "id":7}'
    page = Page(total=1, offset=0, limit=100, rows=[strange])
    assert strange in page.render(None)
    assert strange in page.render(parse_selection("items"))
