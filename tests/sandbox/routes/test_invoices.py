"""Invoices of orders."""

import re

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import demo_store


@pytest.fixture
def api(clock: Clock) -> Api:
    return demo_store(clock, products=3, orders=6, customers=2, categories=1)


def test_invoices_are_numbered_and_the_second_one_cancels_a_cancelled_order(api: Api, order: int) -> None:
    path = f"/orders/{order}/invoices"
    assert api.get(path) == {"invoices": []}
    first = api.post(f"{path}/create-invoice")
    api.put(f"/orders/{order}", {"paymentStatus": "CANCELLED"})
    second = api.post(f"{path}/create-invoice")
    invoices = api.get(path)["invoices"]
    assert [(one["internalId"], one["id"], one["type"]) for one in invoices] == [
        (first["id"], "5000000", "SALE"),
        (second["id"], "5000001", "FULL_CANCEL"),
    ]
    assert api.get("/profile")["taxInvoiceSettings"]["taxInvoiceIdNextNumber"] == 5_000_002
    assert api.get(path, responseFields="invoices(id)") == {"invoices": [{"id": "5000000"}, {"id": "5000001"}]}


def test_the_printable_invoice_is_an_html_page(api: Api, order: int) -> None:
    api.put(f"/orders/{order}", {"billingPerson": {"name": "<b>Zoë</b>"}})
    response = api.send("GET", f"/orders/{order}/invoice")
    page = response.body.decode()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<!-- Invoice body markup -->" in page
    assert "<!-- Order number -->" in page
    assert f"#{api.get(f'/orders/{order}')['vendorOrderNumber']}</span>" in page
    assert "&lt;b&gt;Zoë" in page
    assert "<b>" not in page


def test_an_invoice_can_be_previewed_without_an_order(api: Api) -> None:
    before = api.get("/orders")["total"]
    response = api.send("POST", "/orders/tax-invoice-preview", {"items": [{"name": "Teapot", "price": 3}]})
    assert b"Teapot" in response.body
    assert b"<!-- Invoice body markup -->" in response.body
    assert api.get("/orders")["total"] == before


def test_the_pdf_is_well_formed(api: Api, order: int) -> None:
    items = [{"name": rf"Mug ({n}) \ № Ünï", "price": 1, "quantity": 1} for n in range(60)]
    api.put(f"/orders/{order}", {"items": items})
    response = api.send("GET", f"/orders/{order}/invoice-pdf")
    document = response.body
    assert response.headers["Content-Type"] == "application/pdf"
    assert document.startswith(b"%PDF-1.4\n")
    assert rb"Mug \(0\) \\ ? " + "Ünï".encode("cp1252") in document
    assert b"/Count 2 " in document
    # The table has the offset of each object, and the trailer has the offset of the table.
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", document)[0])
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n ", document[start:]), 1):
        assert document[int(offset) :].startswith(b"%d 0 obj\n" % number)
    for length, stream in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", document, re.DOTALL):
        assert len(stream) == int(length)
