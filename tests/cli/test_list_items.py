"""``ecwid list``: the first items of a section, as a table in a terminal and JSON Lines in a pipe."""

import json
import re
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from ecwid_async.cli.item_table import ItemTable
from ecwid_async.cli.list_items import TABLE_FIELDS
from ecwid_async.sections import SECTIONS
from tests.cli.helpers import CONTROL_SEQUENCE

SMALL = ["--sandbox", "--products", "120", "--orders", "30", "--carts", "3", "--categories", "5", "--customers", "8"]


def lines(outcome):
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_a_pipe_gets_whole_items_as_json_lines(ecwid, served, tmp_path):
    ecwid("export", "customers", "--out", tmp_path)
    exported = (tmp_path / "customers.jsonl").read_text().splitlines()
    listed = ecwid("list", "customers", "--limit", "3").out.splitlines()
    assert len(listed) == 3
    assert set(listed) <= set(exported), "an item differs from the exported one"


def test_only_what_is_printed_is_requested(ecwid, requests):
    listed = lines(ecwid("list", "orders", *SMALL, "-n", "2", "--fields", "id,billing_person.name,items(sku)"))
    (request,) = requests
    params = dict(request.params)
    assert params["limit"] == "2"
    assert params["responseFields"] == "total,count,offset,limit,items(id,billingPerson(name),items(sku))"
    assert len(listed) == 2
    assert all(order.keys() <= {"id", "billingPerson", "items"} for order in listed)
    assert all(set(order["billingPerson"]) <= {"name"} for order in listed if "billingPerson" in order)


def test_a_limit_above_a_page_reads_several(ecwid, requests):
    assert len(lines(ecwid("list", "products", *SMALL, "--limit", "110"))) == 110
    assert [dict(request.params)["offset"] for request in requests] == ["0", "100"]


def test_conditions_filter(ecwid):
    listed = lines(ecwid("list", "orders", *SMALL, "--where", "payment_status=PAID", "--fields", "id,payment_status"))
    assert listed
    assert {order["paymentStatus"] for order in listed} == {"PAID"}


def test_hidden_items_are_listed_as_they_are_exported(ecwid, requests):
    lines(ecwid("list", "categories", *SMALL))
    assert dict(requests[0].params)["hidden_categories"] == "true"
    requests.clear()
    lines(ecwid("list", "categories", *SMALL, "--where", "hidden_categories=false"))
    assert dict(requests[0].params)["hidden_categories"] == "false"


@pytest.mark.parametrize("section", [name for name in SECTIONS if name != "profile"])
def test_every_section_is_a_table_that_fits_its_terminal(ecwid, served, terminal, section):
    stream = terminal(80)
    outcome = ecwid("list", section, "-n", "7")
    assert outcome.code == 0, outcome.err
    rows = stream.getvalue().splitlines()
    count = int(re.match(r"\d+", outcome.err)[0])
    assert len(rows) == count + 1, "a row takes more than one line"
    assert max(map(cell_len, rows)) <= 80
    assert all(row.strip() for row in rows), "a row is empty"


def test_a_narrow_terminal_shows_an_item_as_a_paragraph_with_whole_numbers(ecwid, served, terminal):
    fields = "id,total,create_date,email,order_comments,payment_status,billing_person.street"
    orders = [json.loads(line) for line in ecwid("list", "orders", "-n", "3", "--fields", fields).out.splitlines()]
    stream = terminal(40)
    ecwid("list", "orders", "-n", "3", "--fields", fields)
    lines = stream.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 40
    paragraphs = [paragraph.splitlines() for paragraph in stream.getvalue().split("\n\n")]
    assert [[line.split()[0] for line in paragraph] for paragraph in paragraphs] == 3 * [
        ["id", "total", "createDate", "email", "orderComments", "paymentStatus", "billingPerson.street"]
    ]
    for order, paragraph in zip(orders, paragraphs, strict=True):
        assert paragraph[0].split() == ["id", order["id"]]
        assert paragraph[1].split() == ["total", f"{order['total']:,.2f}"]


def test_no_number_or_id_is_cut_on_a_terminal_of_16_columns():
    item = {"id": "A1B2C3D4E5F6", "price": Decimal("1234567.89"), "name": "A rather long name"}
    columns = [("id",), ("price",), ("name",)]
    console = Console(width=16, file=None, color_system=None)
    with console.capture() as captured:
        console.print(ItemTable([item], columns))
    text = "".join(captured.get().split())
    assert "A1B2C3D4E5F6" in text
    assert "1,234,567.89" in text
    assert max(map(cell_len, captured.get().splitlines())) <= 16


def test_the_columns_of_a_table_are_fields_of_the_section():
    assert TABLE_FIELDS.keys() == SECTIONS.keys() - {"profile"}


def test_a_table_is_readable(ecwid, served, terminal):
    order = json.loads(ecwid("list", "orders", "-n", "1", "--fields", "id,total,create_date").out)
    stream = terminal(120)
    outcome = ecwid("list", "orders", "--limit", "1")
    header, row = stream.getvalue().splitlines()
    assert header.split() == ["id", "createDate", "paymentStatus", "fulfillmentStatus", "total", "email"]
    assert row.startswith(order["id"])
    assert order["createDate"][:16] in row
    assert ":00 +0000" not in row
    assert f"{order['total']:,.2f}" in row
    assert outcome.err == "1 of 120 orders, times in UTC\n"


def test_chosen_fields_are_the_columns(ecwid, terminal):
    stream = terminal(100)
    ecwid("list", "products", *SMALL, "--fields", "sku,categories.name", "-n", "2")
    assert stream.getvalue().splitlines()[0].split() == ["sku", "categories.name"]


def test_json_in_a_terminal(ecwid, terminal):
    stream = terminal(60)
    ecwid("list", "customers", *SMALL, "-n", "2", "--json")
    assert [bool(json.loads(line)["id"]) for line in stream.getvalue().splitlines()] == [True, True]


def test_control_characters_do_not_reach_a_terminal(ecwid, served, terminal):
    body = json.dumps({"name": CONTROL_SEQUENCE, "sku": "CONTROL"})
    ecwid("call", "POST", "/products", "-d", body)
    stream = terminal(120)
    ecwid("list", "products", "--where", "sku=CONTROL")
    assert "CONTROL" in stream.getvalue()
    assert not set(CONTROL_SEQUENCE) & set("\x1b\x07\x9b\u202e") & set(stream.getvalue())


def test_an_empty_list_says_so(ecwid, terminal):
    stream = terminal(80)
    outcome = ecwid("list", "customers", *SMALL, "--where", "email=nobody@example.com")
    assert (outcome.code, stream.getvalue(), outcome.err) == (0, "", "No customers match.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["profile"], "the profile is not a list: ecwid get profile."),
        (["order"], "Did you mean orders?"),
        (["orders", "--fields", "totl"], "Did you mean total?"),
        (["orders", "--where", "payment_stats=PAID"], "Did you mean payment_status?"),
        (["orders", "--where", "paid"], "has no value"),
        (["orders", "--limit", "0"], "--limit"),
    ],
)
def test_a_mistake_is_refused_before_a_request(ecwid, requests, arguments, message):
    outcome = ecwid("list", *arguments, "--sandbox")
    assert (outcome.code, outcome.out, requests) == (2, "", [])
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
