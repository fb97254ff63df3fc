"""What hangs on an order in the sandbox: extra fields, statuses, invoices, and files of item options."""

import re
from typing import Any
from urllib.parse import quote_plus

import pytest

from ecwid_async.sandbox.seed import demo_sandbox
from ecwid_async.sandbox.state import uploads_of
from tests.sandbox.api import Api, Clock

OPTION = "Ваш файл / photo + text"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Api:
    sizes = {"products": 3, "orders": 6, "customers": 2, "carts": 0, "categories": 1}
    return Api(demo_sandbox(**sizes, requests_per_minute=None, clock=clock))


@pytest.fixture
def order(api: Api) -> int:
    item = {"name": "Mug", "price": 12.5, "quantity": 2, "selectedOptions": [{"name": OPTION, "type": "FILES"}]}
    item["selectedOptions"] += [{"name": "Size", "type": "CHOICE", "value": "L"}]
    number: int = api.post("/orders", {"email": "a@example.com", "items": [item]})["id"]
    return number


# Extra fields.


def test_an_extra_field_is_added_changed_and_deleted(api: Api, order: int, clock: Clock) -> None:
    path = f"/orders/{order}/extraFields"
    assert api.get(path) == []
    clock.now += 60
    sent = {"id": "reference", "value": "#334", "title": "Affiliate number", "showInInvoice": False}
    assert api.post(path, sent) == {"createCount": 1}
    [field] = api.get(path)
    assert field == sent | {"customerInputType": "TEXT", "orderDetailsDisplaySection": ""}
    assert api.get(f"/orders/{order}")["orderExtraFields"] == [field]
    assert api.get(f"/orders/{order}")["updateTimestamp"] == clock.now
    assert api.put(f"{path}/reference", {"value": "#335"}) == {"updateCount": 1}
    assert api.get(path) == [field | {"value": "#335"}]
    assert api.delete(f"{path}/reference") == {"deleteCount": 1}
    assert api.get(path) == []


def test_an_extra_field_is_added_once_and_whole(api: Api, order: int) -> None:
    path, sent = f"/orders/{order}/extraFields", {"id": "a", "value": "b", "title": "c"}
    api.post(path, sent)
    assert api.refused("POST", path, sent)[:2] == (409, "CONSTRAINT_VIOLATION")
    for name in sent:
        assert name in api.refused("POST", path, {k: v for k, v in sent.items() if k != name})[2]
    assert api.refused("PUT", f"{path}/none", {})[0] == 404
    assert api.refused("DELETE", f"{path}/none")[0] == 404
    assert api.refused("GET", "/orders/1/extraFields")[:2] == (404, "ORDER_NOT_FOUND")


# Statuses.


def test_all_statuses_are_there(api: Api) -> None:
    statuses = api.get("/profile/order_statuses")["items"]
    assert len(statuses) == 20
    assert statuses[1] == {
        "statusId": "PAID",
        "orderStatusType": "PAYMENT_STATUS",
        "defaultStatus": True,
        "enabled": True,
        "sendNotificationWhenStatusIsAssigned": True,
    }
    own = [one for one in statuses if not one.get("defaultStatus")]
    assert len(own) == 6
    assert not any(one["enabled"] for one in own)


def test_a_status_of_the_stores_own_can_be_named(api: Api, clock: Clock) -> None:
    path = "/profile/order_status/CUSTOM_PAYMENT_STATUS_2"
    change = {"name": "Money on hold", "enabled": True, "nameTranslations": {"de": "Wartet"}}
    assert api.put(path, change) == {"updateCount": 1}
    status = api.get(path)
    assert status["enabled"]
    assert status["nameTranslated"] == {"en": "Money on hold", "de": "Wartet"}
    assert status["lastNameChangeDate"] == "2025-06-15 15:06:40 +0000"
    assert status in api.get("/profile/order_statuses")["items"]
    clock.now += 60
    api.put(path, {"enabled": False})
    assert api.get(path)["lastNameChangeDate"] == status["lastNameChangeDate"]


def test_a_status_that_is_built_in_keeps_its_name(api: Api) -> None:
    path = "/profile/order_status/PAID"
    assert api.refused("PUT", path, {"name": "Mine"})[:2] == (409, "NOT_ALLOWED_TO_UPDATE_PARAMETER")
    assert api.refused("PUT", path, {"enabled": False})[:2] == (409, "NOT_ALLOWED_TO_UPDATE_PARAMETER")
    api.put(path, {"sendNotificationWhenStatusIsAssigned": False, "enabled": True})
    assert not api.get(path)["sendNotificationWhenStatusIsAssigned"]
    assert api.refused("GET", "/profile/order_status/NONE")[0] == 404


# Invoices.


def test_invoices_count_on_and_a_cancelled_sale_is_taken_back(api: Api, order: int) -> None:
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


def test_the_printable_invoice_is_a_page(api: Api, order: int) -> None:
    api.put(f"/orders/{order}", {"billingPerson": {"name": "<b>Zoë</b>"}})
    response = api.send("GET", f"/orders/{order}/invoice")
    page = response.body.decode()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<!-- Invoice body markup -->" in page
    assert "<!-- Order number -->" in page
    assert f"#{api.get(f'/orders/{order}')['vendorOrderNumber']}</span>" in page
    assert "&lt;b&gt;Zoë" in page
    assert "<b>" not in page


def test_an_invoice_can_be_seen_before_there_is_an_order(api: Api) -> None:
    before = api.get("/orders")["total"]
    response = api.send("POST", "/orders/tax-invoice-preview", {"items": [{"name": "Teapot", "price": 3}]})
    assert b"Teapot" in response.body
    assert b"<!-- Invoice body markup -->" in response.body
    assert api.get("/orders")["total"] == before


def test_the_pdf_is_one(api: Api, order: int) -> None:
    items = [{"name": rf"Mug ({n}) \ № Ünï", "price": 1, "quantity": 1} for n in range(60)]
    api.put(f"/orders/{order}", {"items": items})
    response = api.send("GET", f"/orders/{order}/invoice-pdf")
    document = response.body
    assert response.headers["Content-Type"] == "application/pdf"
    assert document.startswith(b"%PDF-1.4\n")
    assert rb"Mug \(0\) \\ ? " + "Ünï".encode("cp1252") in document
    assert b"/Count 2 " in document
    # The table says where each object starts, and the end says where the table does.
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", document)[0])
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n ", document[start:]), 1):
        assert document[int(offset) :].startswith(b"%d 0 obj\n" % number)
    for length, stream in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", document, re.DOTALL):
        assert len(stream) == int(length)


# Files.


def files_path(api: Api, order: int, name: str = OPTION) -> str:
    line = api.get(f"/orders/{order}")["items"][0]
    return f"/orders/{order}/items/{line['id']}/options/{quote_plus(name)}"


def files_of(api: Api, order: int) -> Any:
    return api.get(f"/orders/{order}")["items"][0]["selectedOptions"][0].get("files")


def test_a_file_of_an_option_is_uploaded_and_deleted(api: Api, order: int) -> None:
    path = files_path(api, order)
    first = api.post(path, b"\x89PNG....", fileName="my photo.png")["id"]
    second = api.post(path, externalUrl="https://example.com/a/b.txt")["id"]
    one, other = files_of(api, order)
    assert (one["id"], one["name"], one["size"]) == (first, "my photo.png", 8)
    assert "my%20photo.png" in one["url"]
    assert (other["id"], other["name"]) == (second, "b.txt")
    assert api.delete(f"{path}/files/{first}") == {"deleteCount": 1}
    assert files_of(api, order) == [other]
    api.post(path, b"x")
    assert api.delete(f"{path}/files") == {"deleteCount": 2}
    assert files_of(api, order) is None
    assert api.delete(f"{path}/files") == {"deleteCount": 0}
    assert api.refused("DELETE", f"{path}/files/{first}")[:2] == (404, "FILE_NOT_FOUND")


def test_the_bytes_of_a_file_are_kept_until_its_order_is_deleted(api: Api, order: int) -> None:
    api.post(files_path(api, order), b"\0" * 1000)
    [file] = files_of(api, order)
    assert uploads_of(api.store).get(file["url"]) == b"\0" * 1000
    api.delete(f"/orders/{order}")
    assert uploads_of(api.store).get(file["url"]) is None


def test_files_go_to_options_that_take_them(api: Api, order: int) -> None:
    assert api.refused("POST", files_path(api, order, "Size"), b"x")[:2] == (400, "OPTIONS_IS_NOT_FILES_TYPE")
    assert api.refused("POST", files_path(api, order, "None"), b"x")[0] == 404
    assert api.refused("POST", f"/orders/{order}/items/1/options/{quote_plus(OPTION)}", b"x")[0] == 404
    assert api.refused("POST", files_path(api, order))[:2] == (400, "WRONG_PARAMETER")
    assert api.refused("POST", files_path(api, order), externalUrl="ftp://example.com/x")[:2] == (422, "WRONG_URL")


# The last order.


def test_the_last_order_of_a_customer(api: Api, clock: Clock) -> None:
    clock.now += 60
    person = {"name": "Ann", "street": "Main St 1"}
    sent = api.post("/orders", {"email": "Ann@example.com", "shippingPerson": person})["id"]
    clock.now += 60
    picked_up = api.post("/orders", {"email": "ann@example.com"})["id"]
    clock.now += 60
    api.post("/orders", {"email": "bob@example.com"})
    assert api.get("/orders/last", customerEmail="ann@example.com")["orderNumber"] == picked_up
    assert api.get("/orders/last", customerEmail="ann@example.com", withAddress=True)["orderNumber"] == sent
    assert api.refused("GET", "/orders/last", customerEmail="nobody@example.com")[:2] == (404, "ORDER_NOT_FOUND")
