"""Search results compared with filtering and sorting in plain Python."""

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ecwid_async.sandbox.state import Columns, ContainsWords, InRange, KeyIn, OneOf, Sort, Table, select_rows
from ecwid_async.sandbox.switches import Switches
from tests.sandbox.api import Clock

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

RANGES = st.builds(
    InRange,
    st.sampled_from(["price", "created"]),
    st.integers(0, 9) | st.just(-math.inf),
    st.integers(0, 9) | st.just(math.inf),
)
CONDITIONS = st.lists(
    RANGES
    | st.builds(OneOf, st.just("tag"), st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(tuple))
    | st.builds(
        ContainsWords, st.just("name"), st.lists(st.sampled_from(["RE", "bär", "x", "хле"]), min_size=1).map(tuple)
    )
    | st.builds(KeyIn, st.frozensets(st.integers(1, 40), max_size=20)),
    max_size=4,
)
SORTS = st.builds(Sort, st.sampled_from(["", "price", "created", "name"]), st.booleans())


def satisfies(item, condition):
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


def table_with(items):
    table = Table(COLUMNS, first_id=1, clock=Clock(), switches=Switches())
    table.load(items)
    return table


@settings(max_examples=200, deadline=None)
@given(ITEMS, CONDITIONS, SORTS, st.integers(1, 9))
def test_all_pages_together_are_the_filtered_and_sorted_list(items, conditions, sort, limit):
    table = table_with(items)
    kept = [item["id"] for item in items if all(satisfies(item, condition) for condition in conditions)]
    by_id = {item["id"]: item for item in items}
    kept.sort(key=lambda key: (sort_key(sort.column)(by_id[key]), key), reverse=sort.descending)
    for _ in range(2):  # The second time from the cache.
        pages, offset = [], 0
        while True:
            rows = select_rows(table.index, conditions, sort, Switches())
            assert len(rows) == len(kept)
            page = table.index.keys(rows.page(offset, limit))
            if not page:
                break
            pages += page
            offset += len(page)
        assert pages == kept


@given(ITEMS, CONDITIONS, SORTS, st.sampled_from(["newest", "unstable"]))
@settings(deadline=None)
def test_the_ties_switch_changes_only_the_order_of_ties(items, conditions, sort, ties):
    table = table_with(items)
    default = table.index.keys(select_rows(table.index, conditions, sort, Switches()))
    other = table.index.keys(select_rows(table.index, conditions, sort, Switches(ties=ties)))
    key = sort_key(sort.column)
    by_id = {item["id"]: item for item in items}
    assert [key(by_id[number]) for number in other] == [key(by_id[number]) for number in default]
    assert sorted(other) == sorted(default)
    if ties == "newest" and sort.column:
        pairs = pairwise(other)
        assert all(a > b for a, b in pairs if key(by_id[a]) == key(by_id[b]))


def test_unstable_ties_differ_between_requests():
    table = table_with([{"id": n, "price": 1, "name": "", "tags": []} for n in range(1, 30)])
    orders = {tuple(select_rows(table.index, [], Sort("price"), Switches(ties="unstable"))) for _ in range(5)}
    assert len(orders) > 1


def test_rows_without_a_rank_are_last_and_new_ranks_apply_once_the_cache_is_invalidated():
    table = table_with([{"id": n, "price": 1, "name": "", "tags": []} for n in (1, 2, 3, 4)])
    ranked = Sort(ranked_by="mine", ranks={3: 0, 1: 1})
    assert table.index.keys(select_rows(table.index, [], ranked, Switches())) == [3, 1, 2, 4]
    assert table.index.keys(select_rows(table.index, [], Sort(), Switches())) == [1, 2, 3, 4]
    table.index.invalidate_cache()
    changed = Sort(ranked_by="mine", ranks={4: 0})
    assert table.index.keys(select_rows(table.index, [], changed, Switches())) == [4, 1, 2, 3]


def test_a_search_sees_the_changes_before_it():
    table = table_with([{"id": n, "price": n, "name": "", "tags": ["a"]} for n in (1, 2, 3)])
    query = ([OneOf("tag", ("a",)), InRange("price", 2)], Sort("price"), Switches())
    assert table.index.keys(select_rows(table.index, *query)) == [2, 3]
    table.put({"id": 1, "price": 9, "name": "", "tags": ["a"]})
    assert table.index.keys(select_rows(table.index, *query)) == [2, 3, 1]
