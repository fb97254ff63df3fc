"""A table finds what was written to it, by key at once, by search when the lag is over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from ecwid_async.sandbox.state import BY_CREATION, Columns, Table, decode_json
from ecwid_async.sandbox.switches import Switches
from tests.sandbox.api import Clock

COLUMNS = Columns(
    numbers={"price": lambda item: item["price"]},
    texts={"name": lambda item: item["name"], "all": lambda item: f"{item['name']} {item['tags']}"},
    terms={"tag": lambda item: item["tags"]},
    lazy=frozenset({"all"}),
)
ITEM = st.fixed_dictionaries(
    {
        "price": st.integers(0, 5),
        "name": st.text(max_size=3),
        "tags": st.lists(st.sampled_from("abcd"), max_size=3),
        "createTimestamp": st.integers(0, 5),
        "updateTimestamp": st.integers(0, 5),
    }
)


def table(clock=None, **switches):
    return Table(COLUMNS, first_id=1, clock=clock or Clock(), switches=Switches(**switches))


def shown(found):
    return [decode_json(row) for row in found.index.rows(found.index.sorted_slots(BY_CREATION).slots)]


class TableAgainstADict(RuleBasedStateMachine):
    """Columns, orders and postings follow every write, as a dict that is sorted anew each time."""

    ids = Bundle("ids")

    def __init__(self):
        super().__init__()
        self.table = table()
        self.model = {}

    @rule(target=ids, item=ITEM)
    def create(self, item):
        key = self.table.new_id()
        assert key not in self.model
        self.table.put({"id": key, **item})
        self.model[key] = {"id": key, **item}
        return key

    @rule(key=ids, item=ITEM)
    def change(self, key, item):
        self.table.put({"id": key, **item})
        self.model[key] = {"id": key, **item}

    @rule(key=consumes(ids))
    def delete(self, key):
        assert self.table.remove(key)
        assert not self.table.remove(key)
        del self.model[key]

    @rule(column=st.sampled_from(["price", "created", "updated", "name", "all", BY_CREATION]))
    def sort(self, column):
        self.table.index.sorted_slots(column)

    @invariant()
    def reads_the_same(self):
        assert len(self.table) == len(self.model)
        assert list(self.table) == list(self.model)
        assert all(self.table.get(key) == item for key, item in self.model.items())

    @invariant()
    def sorts_the_same(self):
        folded = {
            "price": lambda item: item["price"],
            "created": lambda item: item["createTimestamp"],
            "updated": lambda item: item["updateTimestamp"],
            "name": lambda item: item["name"].casefold(),
            "all": lambda item: f"{item['name']} {item['tags']}".casefold(),
            BY_CREATION: lambda item: item["id"],
        }
        for column in self.table.index._sorted:
            expected = sorted(self.model.values(), key=lambda item: (folded[column](item), item["id"]))
            assert self.table.index.keys(self.table.index.sorted_slots(column).slots) == [
                item["id"] for item in expected
            ]

    @invariant()
    def finds_the_same(self):
        for tag in "abcd":
            expected = [key for key, item in self.model.items() if tag in item["tags"]]
            assert self.table.find("tag", tag) == expected
        counts = dict(self.table.index.value_counts("tag"))
        assert counts == {tag: sum(tag in item["tags"] for item in self.model.values()) for tag in counts}


TestTableAgainstADict = TableAgainstADict.TestCase
TestTableAgainstADict.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@given(st.lists(ITEM, max_size=20), st.lists(st.booleans(), min_size=20, max_size=20))
def test_loading_gives_what_putting_gives(items, deleted):
    items = [{"id": number, **item} for number, item in enumerate(items, start=1)]
    loaded, put = table(), table()
    loaded.load(items)
    for item in items:
        put.put(item)
    for item, gone in zip(items, deleted, strict=False):
        if gone:
            loaded.remove(item["id"])
            put.remove(item["id"])
    assert shown(loaded) == shown(put)
    for column in ("price", "name", "updated"):
        assert list(loaded.index.sorted_slots(column).slots) == list(put.index.sorted_slots(column).slots)


def test_ids_go_on_behind_the_loaded_ones():
    found = table()
    found.load([{"id": 700, "price": 1, "name": "", "tags": []}])
    assert found.new_id() == 701


def test_the_same_key_is_not_loaded_twice():
    item = {"id": 7, "price": 1, "name": "", "tags": []}
    with pytest.raises(ValueError, match="already"):
        table().load([item, item])


def entry(key, **values):
    return {"id": key, "price": 1, "name": "", "tags": ["a"], **values}


def test_a_search_lags_behind_while_reading_by_key_does_not():
    clock = Clock(100)
    found = table(clock, upsert_lag=5, delete_lag=20)
    found.put(entry(1))
    found.show_due_writes()
    assert (found.get(1), shown(found), len(found)) == (entry(1), [], 1)
    assert found.find("tag", "a") == [1]
    clock.now = 105
    found.show_due_writes()
    assert shown(found) == [entry(1)]
    found.remove(1)
    found.show_due_writes()
    assert (found.get(1), 1 in found, list(found), shown(found)) == (None, False, [], [entry(1)])
    clock.now = 125
    found.show_due_writes()
    assert (shown(found), len(found)) == ([], 0)


def test_a_deletion_that_overtakes_a_change_is_not_undone_by_it():
    clock = Clock(100)
    found = table(clock, upsert_lag=20, delete_lag=1)
    found.put(entry(1))
    clock.now = 120
    found.put(entry(1, name="changed"))
    found.remove(1)
    for moment in (121, 130, 140, 141):
        clock.now = moment
        found.show_due_writes()
        assert shown(found) == []
    assert found.get(1) is None


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(0, 9), st.integers(0, 8)), max_size=25),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_when_all_lags_are_over_a_search_shows_the_last_writes(writes, upsert_lag, delete_lag):
    clock = Clock(0)
    found = table(clock, upsert_lag=upsert_lag, delete_lag=delete_lag)
    model = {}
    for key, price, pause in writes:
        if price is None:
            assert found.remove(key) == (model.pop(key, None) is not None)
        else:
            model[key] = entry(key, price=price)
            found.put(model[key])
        assert {number: found.get(number) for number in range(1, 5)} == {n: model.get(n) for n in range(1, 5)}
        assert len(found) == len(model)
        clock.now += pause
        found.show_due_writes()
    clock.now += 20
    found.show_due_writes()
    assert {item["id"]: item for item in shown(found)} == model
