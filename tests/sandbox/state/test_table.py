"""Tables: reads by key see every write at once, searches once its lag is over."""

import math

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from ecwid_async.sandbox.state import BY_CREATION, Columns, EncodedItem, Table, decode_json, encode_json
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


def new_table(clock=None, **switches):
    return Table(COLUMNS, first_id=1, clock=clock or Clock(), switches=Switches(**switches))


def search_all(table):
    return [decode_json(row) for row in table.index.rows(table.index.sorted_slots(BY_CREATION).slots)]


class TableAgainstADict(RuleBasedStateMachine):
    """Every write updates columns, sorted slots and terms; compared with a dict that is sorted each time."""

    ids = Bundle("ids")

    def __init__(self):
        super().__init__()
        self.table = new_table()
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
    def reads_equal_the_model(self):
        assert len(self.table) == len(self.model)
        assert list(self.table) == list(self.model)
        assert all(self.table.get(key) == item for key, item in self.model.items())

    @invariant()
    def sorted_slots_equal_the_model(self):
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
    def lookups_equal_the_model(self):
        for tag in "abcd":
            expected = [key for key, item in self.model.items() if tag in item["tags"]]
            assert self.table.find("tag", tag) == expected
        counts = dict(self.table.index.value_counts("tag"))
        assert counts == {tag: sum(tag in item["tags"] for item in self.model.values()) for tag in counts}


TestTableAgainstADict = TableAgainstADict.TestCase
TestTableAgainstADict.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@given(st.lists(ITEM, max_size=20), st.lists(st.booleans(), min_size=20, max_size=20))
def test_loading_items_equals_putting_them(items, deleted):
    items = [{"id": number, **item} for number, item in enumerate(items, start=1)]
    loaded, put = new_table(), new_table()
    loaded.load(items)
    for item in items:
        put.put(item)
    for item, is_deleted in zip(items, deleted, strict=False):
        if is_deleted:
            loaded.remove(item["id"])
            put.remove(item["id"])
    assert search_all(loaded) == search_all(put)
    for column in ("price", "name", "updated"):
        assert list(loaded.index.sorted_slots(column).slots) == list(put.index.sorted_slots(column).slots)


def test_new_ids_are_greater_than_loaded_ones():
    table = new_table()
    table.load([{"id": 700, "price": 1, "name": "", "tags": []}])
    assert table.new_id() == 701


def test_loading_a_key_twice_is_an_error():
    item = {"id": 7, "price": 1, "name": "", "tags": []}
    with pytest.raises(ValueError, match="already"):
        new_table().load([item, item])


def entry(key, **values):
    return {"id": key, "price": 1, "name": "", "tags": ["a"], **values}


def test_searches_lag_but_reads_by_key_do_not():
    clock = Clock(100)
    table = new_table(clock, upsert_lag=5, delete_lag=20)
    table.put(entry(1))
    table.show_due_writes()
    assert (table.get(1), search_all(table), len(table)) == (entry(1), [], 1)
    assert table.find("tag", "a") == [1]
    clock.now = 105
    table.show_due_writes()
    assert search_all(table) == [entry(1)]
    table.remove(1)
    table.show_due_writes()
    assert (table.get(1), 1 in table, list(table), search_all(table)) == (None, False, [], [entry(1)])
    clock.now = 125
    table.show_due_writes()
    assert (search_all(table), len(table)) == ([], 0)


def test_a_deletion_that_overtakes_a_change_stays():
    clock = Clock(100)
    table = new_table(clock, upsert_lag=20, delete_lag=1)
    table.put(entry(1))
    clock.now = 120
    table.put(entry(1, name="changed"))
    table.remove(1)
    for moment in (121, 130, 140, 141):
        clock.now = moment
        table.show_due_writes()
        assert search_all(table) == []
    assert table.get(1) is None


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(0, 9), st.integers(0, 8)), max_size=25),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_searches_see_the_last_writes_once_all_lags_are_over(writes, upsert_lag, delete_lag):
    clock = Clock(0)
    table = new_table(clock, upsert_lag=upsert_lag, delete_lag=delete_lag)
    model = {}
    for key, price, pause in writes:
        if price is None:
            assert table.remove(key) == (model.pop(key, None) is not None)
        else:
            model[key] = entry(key, price=price)
            table.put(model[key])
        assert {number: table.get(number) for number in range(1, 5)} == {n: model.get(n) for n in range(1, 5)}
        assert len(table) == len(model)
        clock.now += pause
        table.show_due_writes()
    clock.now += 20
    table.show_due_writes()
    assert {item["id"]: item for item in search_all(table)} == model


ODD_ITEM = (
    rb'{"id": 7, "price": 12345678901234567890.10, "name": "nice \ud83d", "tags": null, "createTimestamp": 1e400000}'
)


def test_encoded_items_are_returned_byte_for_byte():
    table = new_table()
    table.load([EncodedItem(decode_json(ODD_ITEM), ODD_ITEM)])
    assert table.raw(7) == ODD_ITEM
    assert table.index.rows(table.index.sorted_slots("price").slots) == [ODD_ITEM]
    assert table.new_id() == 8


@given(st.lists(ITEM, max_size=20), st.integers(0, 20))
def test_items_loaded_with_samples_are_found_like_others(items, loaded_before):
    columns = evolve(
        COLUMNS, terms={**COLUMNS.terms, "name": lambda item: [item["name"]]}, distinct=frozenset({"name"})
    )
    table, expected = (Table(columns, first_id=1, clock=Clock(), switches=Switches()) for _ in range(2))
    items = [{"id": number, **item} for number, item in enumerate(items)]
    samples = {str(sorted(set(item["tags"]))): item for item in items}
    expected.load(items)
    table.load(items[:loaded_before])
    table.load(
        EncodedItem(item, encode_json(item), samples[str(sorted(set(item["tags"])))]) for item in items[loaded_before:]
    )
    for term in columns.terms:
        counts = dict(expected.index.value_counts(term))
        assert dict(table.index.value_counts(term)) == counts
        for value in counts:
            assert list(table.index.slots_with(term, value)) == list(expected.index.slots_with(term, value))
    for item in items:
        table.put({**item, "tags": ["new"]})
        table.remove(item["id"])
    assert not any(dict(table.index.value_counts(term)) for term in columns.terms)


def test_items_before_one_that_can_not_be_loaded_are_found():
    table = new_table()
    item = {"id": 1, "price": 1, "name": "", "tags": ["a"]}
    with pytest.raises(ValueError, match="already exists"):
        table.load([EncodedItem(item, encode_json(item), item)] * 2)
    assert table.find("tag", "a") == [1]


def test_an_item_with_numbers_that_json_changes_can_be_replaced_and_removed():
    table = new_table()
    # As after a change of an item that was loaded with them.
    for tag in (math.inf, 10**30):
        table.put({"id": 8, "price": 2, "name": "Mug", "tags": [tag]})
        table.put({"id": 8, "price": 2, "name": "Mug", "tags": [tag]})
        table.remove(8)
        assert not table.find("tag", tag)
        assert 8 not in table


def test_values_that_a_search_can_not_read_match_nothing_until_they_are_replaced():
    table = new_table()
    odd = [ODD_ITEM, b'{"id":8,"price":"nan","name":5,"tags":[["a"]]}']
    table.load(EncodedItem(decode_json(item), item) for item in odd)
    assert not table.find("tag", "a")
    assert list(table.index.number_column("price")) == [12345678901234567890.10, 0]
    assert table.index.text_column("name")[1] == b""
    table.put({"id": 8, "price": 2, "name": "Mug", "tags": ["a"]})
    assert table.find("tag", "a") == [8]
    assert table.index.keys(table.index.sorted_slots("price").slots) == [8, 7]
