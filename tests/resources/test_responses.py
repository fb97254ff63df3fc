"""Methods return the documented responses, typed."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args, get_origin

import pytest

from ecwid_async.codec import loads
from ecwid_async.errors import DecodeError
from ecwid_async.files import Download
from ecwid_async.models.checkout_extra_fields import CheckoutExtraField
from ecwid_async.models.customer_contacts import CustomerContact
from ecwid_async.models.customer_extra_fields import CustomerExtraField
from ecwid_async.models.customers import CustomerLocation, PurchasedProduct
from ecwid_async.models.images import ImageMainColors
from ecwid_async.models.invoices import OrderInvoice
from ecwid_async.models.order_statuses import OrderStatus
from ecwid_async.models.results import DeletedItem
from ecwid_async.models.staff import StaffAccount, StaffScope
from ecwid_async.models.swatches import Swatch

# The list is returned without its envelope.
UNWRAPPED: dict[str, Any] = {
    "GET /categories/sort": ("sortedIds", list[int], b'{"sortedIds": [9, 7]}'),
    "GET /customers/locations": ("items", list[CustomerLocation], b'{"items": [{"countryCode": "DE"}]}'),
    "GET /customers/products": ("items", list[PurchasedProduct], b'{"items": [{"productId": 7}]}'),
    "GET /customers_ids": ("ids", list[int], b'{"ids": [9, 7]}'),
    "GET /customers/{customerId}/contacts": ("items", list[CustomerContact], b'{"items": [{"id": 7}]}'),
    "GET /orders/{orderId}/invoices": ("invoices", list[OrderInvoice], b'{"invoices": [{"id": "7"}]}'),
    "GET /products/sort": ("sortedIds", list[int], b'{"sortedIds": [9, 7]}'),
    "GET /profile/extrafields": ("items", list[CheckoutExtraField], b'{"items": [{"key": "size"}]}'),
    "GET /profile/order_statuses": ("items", list[OrderStatus], b'{"items": [{"statusId": "PAID"}]}'),
    "GET /profile/staffScopes": ("staffScopes", list[StaffScope | str], b'{"staffScopes": ["REPORT_ACCESS", "NEW"]}'),
    "GET /staff": ("staffList", list[StaffAccount], b'{"staffList": [{"id": "p27632593"}]}'),
    "GET /store_extrafields/customers": ("items", list[CustomerExtraField], b'{"items": [{"key": "size"}]}'),
    "GET /swatches/recent-colors": ("colors", list[Swatch], b'{"colors": [{"name": "Red"}]}'),
    "GET /swatches": ("colors", list[Swatch], b'{"colors": [{"name": "Red"}]}'),
}
UNDOCUMENTED = {
    "DELETE /application": "DeleteResult",  # as in Ecwid's own client
    "PUT /products/{productId}/media": "UpdateResult",  # as other updates
}
# Responses without a schema: the type and an example.
WITHOUT_SCHEMA: dict[str, tuple[Any, bytes]] = {
    "DELETE /products": (type(None), b""),  # 202, without a body
    "POST /images/main-colors": (
        dict[str, ImageMainColors],
        b'{"result": {"https://example.com/apple.png": {"colors": ["#FF0000"]}}}',
    ),
}
# These responses are not documented.
WITHOUT_SCHEMA |= dict.fromkeys(
    ["POST /domains/reset_domain_password", "POST /domains/send_domain_verification_email"],
    (dict[str, object], b'{"domain": "example.com", "price": 12.50}'),
)
KINDS = {"binary": Download, "text": str}

PAGE = b'{"total": 1, "count": 1, "offset": 0, "limit": 100, "items": [{}]}'


def test_the_result_type_is_the_class_of_the_schema(method: Any, spec: Any) -> None:
    response = method.row["response"]
    if method.endpoint in UNWRAPPED:
        assert method.result_type == UNWRAPPED[method.endpoint][1]
    elif method.endpoint in WITHOUT_SCHEMA:
        assert method.result_type == WITHOUT_SCHEMA[method.endpoint][0]
    elif response["kind"] in KINDS:
        assert method.result_type is KINDS[response["kind"]]
    else:
        cls = spec.class_of(response.get("item_schema") or response["schema"] or UNDOCUMENTED[method.endpoint])
        assert method.result_type == (list[cls] if response["list"] else cls)


async def test_a_response_is_read_as_the_declared_type(method: Any, call_with_response: Any) -> None:
    response = method.row["response"]
    if method.endpoint in UNWRAPPED:
        key, _, body = UNWRAPPED[method.endpoint]
        read = await call_with_response(method, body)
        assert read
        assert len(read) == len(loads(body)[key])
        item = get_args(method.result_type)[0]
        assert isinstance(read[0], get_args(item) or item)
    elif method.endpoint in WITHOUT_SCHEMA:
        read = await call_with_response(method, WITHOUT_SCHEMA[method.endpoint][1])
        assert type(read) is (get_origin(method.result_type) or method.result_type)
    elif response["kind"] == "binary":
        assert await call_with_response(method, b"%PDF").read() == b"%PDF"
    elif response["kind"] == "text":
        assert await call_with_response(method, "<p>12.50 €</p>".encode()) == "<p>12.50 €</p>"
    elif response["paginated"]:
        assert [type(item) for item in await call_with_response(method, PAGE).all()] == [method.result_type]
    elif response["list"]:
        assert [type(item) for item in await call_with_response(method, b"[{}, {}]")] == [
            *get_args(method.result_type)
        ] * 2
    else:
        assert type(await call_with_response(method, b"{}")) is method.result_type


async def test_the_sample_of_a_response_is_read_completely(method: Any, call_with_response: Any, sample: Any) -> None:
    try:
        body = sample(f"{method.row['id']}.response")
    except FileNotFoundError:
        return
    if method.row["response"]["paginated"]:
        page = await anext(call_with_response(method, body).pages())
        assert len(page.items) == len(loads(body)["items"]) > 0
        assert page.total == loads(body)["total"]
    else:
        read = await call_with_response(method, body)
        assert isinstance(read, get_origin(method.result_type) or method.result_type)
        if method.row["response"]["list"]:
            assert len(read) == len(loads(body)) > 0


async def test_colors_are_returned_by_image_url(methods: Any, call_with_response: Any) -> None:
    (method,) = (method for method in methods if method.name == "images.main_colors")
    read = await call_with_response(method, WITHOUT_SCHEMA[method.endpoint][1])
    assert read == {"https://example.com/apple.png": ImageMainColors(colors=["#FF0000"])}


async def test_plain_data_has_exact_amounts(methods: Any, call_with_response: Any) -> None:
    (method,) = (method for method in methods if method.name == "domains.reset_password")
    assert await call_with_response(method, WITHOUT_SCHEMA[method.endpoint][1]) == {
        "domain": "example.com",
        "price": Decimal("12.50"),
    }


async def test_deleted_items_have_an_id_and_a_time(methods: Any, call_with_response: Any) -> None:
    histories = [method for method in methods if method.name.endswith(".deleted")]
    body = b'{"total": 1, "items": [{"id": 7, "orderId": "EG4H2", "date": "2024-09-04 07:20:11 +0000"}]}'
    for method in histories:
        assert await call_with_response(method, body).all() == [
            DeletedItem(id=7, order_id="EG4H2", date=datetime(2024, 9, 4, 7, 20, 11, tzinfo=UTC))
        ]
    assert [method.name.split(".")[0] for method in histories] == [
        "coupons",
        "customers",
        "orders",
        "products",
        "reviews",
    ]


async def test_a_missing_list_in_an_envelope_is_an_error(methods: Any, call_with_response: Any) -> None:
    (method,) = (method for method in methods if method.name == "customers.contacts.search")
    with pytest.raises(DecodeError, match="expected list at items"):
        await call_with_response(method, b"{}")
