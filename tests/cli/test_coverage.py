"""``ecwid coverage``: tables and JSON of the endpoints and fields."""

import json

import pytest
from rich.text import Text

from ecwid_async.client import Section, Store
from ecwid_async.models.orders import Order
from ecwid_async.sandbox import routes


@pytest.fixture
def report(ecwid):
    outcome = ecwid("coverage", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def test_every_section_of_a_store_is_a_row_and_the_total_is_the_last(ecwid):
    sections = [f"store.{name}" for name, member in vars(Store).items() if isinstance(member, Section)]
    rows = [line.split() for line in ecwid("coverage").out.splitlines()]
    named = [row[0] for row in rows if row[0].startswith("store.")]
    assert named == sections
    (total,) = [row for row in rows if row[0] == "Total"]
    assert rows.index(total) > rows.index(next(row for row in rows if row[0] == named[-1]))


def test_an_endpoint_is_found_with_its_method_its_model_and_its_route(report):
    (found,) = [entry for entry in report["endpoints"] if entry["endpoint"] == "PUT /orders/{orderId}"]
    assert found == {
        "endpoint": "PUT /orders/{orderId}",
        "method": "store.orders.update",
        "accepts": ["OrderDraft"],
        "returns": "UpdateResult",
        "resource": "ecwid_async.resources.orders",
        "models": ["ecwid_async.models.orders", "ecwid_async.models.results"],
        "sandbox": "ecwid_async.sandbox.routes.orders.update_order",
    }


@pytest.mark.parametrize(
    ("endpoint", "method", "returns"),
    [
        ("GET /orders", "store.orders.search", "Pages[Order]"),
        ("GET /swatches", "store.swatches.get", "list[Swatch]"),
        ("GET /orders/{orderId}/invoice-pdf", "store.orders.invoices.pdf", "Download"),
        ("DELETE /products", "store.products.delete_all", "None"),
        ("GET /domains", "store.domains.get", "Domains"),
        ("GET /profile/staffScopes", "store.profile.staff_scopes", "list[StaffScope | str]"),
    ],
)
def test_return_types_are_printed_as_in_signatures(report, endpoint, method, returns):
    (found,) = [entry for entry in report["endpoints"] if entry["endpoint"] == endpoint]
    assert (found["method"], found["returns"]) == (method, returns)


def test_routes_of_the_sandbox_are_the_ones_it_serves(report):
    served = {entry["endpoint"] for entry in report["endpoints"] if entry["sandbox"]}
    assert served == {entry["endpoint"] for entry in report["endpoints"]} & set(routes.load().operations)
    assert report["total"]["in_sandbox"] == len(served)


def test_shared_fields_count_once_in_the_total(report):
    assert report["sections"]["orders"]["fields_read"] > len(Order.__attrs_attrs__)
    for size in ("models", "fields_read", "drafts", "fields_written"):
        sizes = [section[size] for section in report["sections"].values()]
        assert max(sizes) <= report["total"][size] <= sum(sizes)
    assert report["total"]["endpoints"] == sum(section["endpoints"] for section in report["sections"].values())
    assert report["sections"]["batches"]["fields_read"] > report["sections"]["swatches"]["fields_read"] > 0


def test_in_a_pipe_each_endpoint_is_one_line(ecwid, report):
    lines = ecwid("coverage", "--endpoints").out.splitlines()
    assert len(lines) == 1 + len(report["endpoints"])
    (line,) = [line for line in lines if line.startswith("GET /orders/{orderId}/invoices ")]
    assert line.split() == [
        *("GET", "/orders/{orderId}/invoices", "store.orders.invoices.search"),
        *("list[OrderInvoice]", "routes.invoices.get_order_invoices"),
    ]


def test_on_a_terminal_each_endpoint_has_its_signature(ecwid, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    out = Text.from_ansi(ecwid("coverage", "--endpoints").out).plain
    assert "GET /orders/{orderId}\n  store.orders.get(order_id, …) → Order\n  routes.orders.get_order\n" in out
    assert "  store.orders.update(order_id, draft) → UpdateResult\n" in out


def test_coverage_needs_neither_settings_nor_the_network(start):
    process = start("coverage", before="import sys; sys.modules['aiohttp'] = None")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "Total" in out
