"""A store's lists, what was deleted from them, and partial changes to items."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.engine.parameters import split_list
from ecwid_async.sandbox.engine.validation import read_document
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.state import DeletionHistory, format_time, merge, parse_time
from tests.sandbox.api import Api, Clock

DAY = 24 * 3600


@pytest.fixture
def store():
    return Sandbox().add_store(1, token="t")


def test_loaded_items_are_served_as_they_are(store):
    item = {"id": 5, "name": "Sól 🧂", "price": 0.1, "createTimestamp": 7, "strange": [None, {"a": 1}]}
    store.load("products", [item])
    assert store.count("products") == 1
    assert store.table("products").get(5) == item


def test_an_unknown_list_is_an_error_that_names_the_known_ones(store):
    with pytest.raises(KeyError, match="products"):
        store.load("produce", [])


# History.


@given(st.lists(st.integers(0, 50)), st.integers(0, 50), st.integers(0, 50))
def test_the_history_is_what_lies_between(times, start, end):
    history = DeletionHistory()
    for number, at in enumerate(times):
        history.add({"id": number}, at)
    expected = sorted((at, number) for number, at in enumerate(times) if start <= at <= end)
    assert [(at, entry["id"]) for at, entry in history.between(start, end, now=60)] == expected


def test_the_history_forgets_after_half_a_year():
    history = DeletionHistory()
    history.add({"id": 1}, 0)
    assert len(history.between(0, math.inf, now=182 * DAY)) == 1
    assert history.between(0, math.inf, now=184 * DAY) == []


# Times.


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))
def test_a_written_time_is_read_back(moment):
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    assert parse_time(format_time(seconds)) == seconds
    assert parse_time(str(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2024-09-04 07:20:11",
        "2024-09-04 07:20:11 +0000",
        "2024-09-04 10:20:11 +03:00",
        "2024-09-04 07:20:11 UTC",
        "2024-09-04 10:20:11 MSK",
        "2024-09-04 02:20:11 EST",
        "2024-09-04 10:20:11 GMT+03:00",
        "2024-09-04 09:20:11 Europe/Berlin",
        "2024-09-04T07:20:11+00:00",
        "2024-09-04T07:20:11Z",
        "1725434411",
    ],
)
def test_offsets_and_names_of_zones_are_read(text):
    assert parse_time(text) == 1_725_434_411


def test_a_day_is_its_first_second():
    assert parse_time("1970-01-02") == DAY


@pytest.mark.parametrize("text", ["", "soon", "2024-13-01", "2024-09-04 07:20", "2024-09-04 07:20:11 XYZ", "1.5"])
def test_what_is_no_time_is_an_error(text):
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


# Lists in parameters.


@given(st.lists(st.text("ab,\\ ", min_size=1).map(str.strip).filter(bool), max_size=4))
def test_commas_in_an_element_are_kept_by_a_backslash(elements):
    text = ",".join(element.replace("\\", "\\\\").replace(",", "\\,") for element in elements)
    assert split_list(text) == tuple(elements)


# Partial changes.

SCALARS = st.integers() | st.text(max_size=3) | st.booleans()
ITEMS = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), SCALARS, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), SCALARS | inner, max_size=4),
    max_leaves=8,
)


@given(ITEMS, ITEMS)
def test_what_is_not_named_stays_and_what_is_named_is_there(stored, change):
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


def test_null_keeps_the_value_except_where_it_clears():
    stored = {"a": 1, "b": 2, "c": {"d": 3}}
    nulls = {"a": None, "b": None, "c": {"d": None}}
    assert merge(stored, nulls) == stored
    assert merge(stored, nulls, clearable=["b"]) == {"a": 1, "c": {"d": 3}}
    assert merge(stored, nulls, null_clears=True) == {"c": {}}


def test_a_list_is_replaced_and_elements_that_repeat_an_id_keep_what_they_do_not_name():
    stored = {"lines": [{"id": 1, "a": 1, "b": 2}, {"id": 2, "a": 3}], "tags": [1, 2, 3]}
    change = {"lines": [{"id": 1, "a": 9}, {"a": 7, "n": None}], "tags": [4]}
    assert merge(stored, change) == {"lines": [{"id": 1, "a": 9, "b": 2}, {"a": 7}], "tags": [4]}


def test_a_change_leaves_the_stored_item_as_it_was():
    stored = {"a": {"b": 1}, "lines": [{"id": 1, "a": 1}]}
    merge(stored, {"a": {"b": 2}, "lines": [{"id": 1, "a": 2}]})
    assert stored == {"a": {"b": 1}, "lines": [{"id": 1, "a": 1}]}


# Bodies.


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"price": "1"}', "price"),
        (b'{"price": true}', "price"),
        (b'{"enabled": 1}', "enabled"),
        (b'{"quantity": 1.5}', "quantity"),
        (b'{"options": {}}', "options"),
        (b'{"options": [{"name": 7}]}', "options[0].name"),
        (b'{"nameTranslated": {"en": 7}}', "nameTranslated.en"),
        (b'{"tax": []}', "tax"),
        (b"{", "JSON"),
    ],
)
def test_a_field_of_another_type_is_refused_by_its_path(body, where):
    with pytest.raises(ErrorResponse) as refused:
        read_document(body, "ProductUpdate", many=False, refuse_unknown=False)
    assert where in refused.value.message


def test_only_what_the_api_takes_is_kept():
    body = b'{"id": 9, "createTimestamp": 1, "quantity": 3.0, "name": null, "tax": {"taxable": true, "rate": 2}}'
    kept = read_document(body, "ProductUpdate", many=False, refuse_unknown=False)
    assert kept == {"quantity": 3, "name": None, "tax": {"taxable": True}}


# Through requests.


def test_time_bounds_contain_their_ends_or_do_not():
    from ecwid_async.sandbox import Switches

    for inclusive, expected in ((True, [1, 2, 3]), (False, [2])):
        sandbox = Sandbox(switches=Switches(inclusive_bounds=inclusive))
        store = sandbox.add_store(1, token="t")
        times = ({"createTimestamp": at, "updateTimestamp": at} for at in (10, 20, 30))
        store.load("products", [{"id": at, **moments} for at, moments in enumerate(times, start=1)])
        api = Api(sandbox, store_id=1, token="t")
        for field in ("created", "updated"):
            found = api.get("/products", **{f"{field}From": 10, f"{field}To": 30}, responseFields="items(id)")
            assert [item["id"] for item in found["items"]] == expected
        assert api.get("/products", createdFrom=0, createdTo=0)["total"] == 0
        history = store.history("products")
        for at in (10, 20, 30):
            history.add({"id": at}, at)
    sandbox.clock = Clock(40)
    assert [entry["id"] for entry in api.get("/products/deleted", from_date=10, to_date=30)["items"]] == [20]
