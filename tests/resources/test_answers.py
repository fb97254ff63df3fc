"""What the methods answer: the documented shape, typed."""

from datetime import UTC, datetime
from typing import Any, get_args, get_origin

import pytest

from ecwid_async.codec import loads
from ecwid_async.errors import DecodeError
from ecwid_async.models.common import DeletedItem
from ecwid_async.models.customers import CustomerContact
from ecwid_async.models.staff import StaffScope
from ecwid_async.models.swatches import Swatch

# An answer that only wraps a list is read as the list.
UNWRAPPED: dict[str, Any] = {
    "GET /categories/sort": ("sortedIds", list[int], b'{"sortedIds": [9, 7]}'),
    "GET /customers/{customerId}/contacts": ("items", list[CustomerContact], b'{"items": [{"id": 7}]}'),
    "GET /products/sort": ("sortedIds", list[int], b'{"sortedIds": [9, 7]}'),
    "GET /profile/staffScopes": ("staffScopes", list[StaffScope | str], b'{"staffScopes": ["REPORT_ACCESS", "NEW"]}'),
    "GET /swatches": ("colors", list[Swatch], b'{"colors": [{"name": "Red"}]}'),
}
UNDOCUMENTED = {"PUT /products/{productId}/media": "UpdateResult"}  # as every other update
NOTHING = {"DELETE /products"}  # 202, without a body

PAGE = b'{"total": 1, "count": 1, "offset": 0, "limit": 100, "items": [{}]}'


def test_an_answer_is_declared_as_the_class_of_its_schema(method: Any) -> None:
    response = method.row["response"]
    if method.endpoint in UNWRAPPED:
        assert method.returns == UNWRAPPED[method.endpoint][1]
    elif method.endpoint in NOTHING:
        assert method.returns is type(None)
    else:
        schema = response.get("item_schema") or response["schema"] or UNDOCUMENTED[method.endpoint]
        assert method.returns.__name__ == schema


async def test_an_answer_is_read_as_declared(method: Any, answered: Any) -> None:
    if method.endpoint in UNWRAPPED:
        key, _, body = UNWRAPPED[method.endpoint]
        read = await answered(method, body)
        assert read
        assert len(read) == len(loads(body)[key])
        item = get_args(method.returns)[0]
        assert isinstance(read[0], get_args(item) or item)
    elif method.endpoint in NOTHING:
        assert await answered(method, b"") is None
    elif method.row["response"]["paginated"]:
        assert [type(item) for item in await answered(method, PAGE).all()] == [method.returns]
    else:
        assert type(await answered(method, b"{}")) is method.returns


async def test_documented_answers_are_read_whole(method: Any, answered: Any, sample: Any) -> None:
    try:
        body = sample(f"{method.row['id']}.response")
    except FileNotFoundError:
        return
    if method.row["response"]["paginated"]:
        page = await anext(answered(method, body).pages())
        assert len(page.items) == len(loads(body)["items"]) > 0
        assert page.total == loads(body)["total"]
    else:
        read = await answered(method, body)
        assert isinstance(read, get_origin(method.returns) or method.returns)


async def test_what_is_deleted_has_an_id_and_a_moment(methods: Any, answered: Any) -> None:
    histories = [method for method in methods if method.name.endswith(".deleted")]
    body = b'{"total": 1, "items": [{"id": 7, "orderId": "EG4H2", "date": "2024-09-04 07:20:11 +0000"}]}'
    for method in histories:
        assert await answered(method, body).all() == [
            DeletedItem(id=7, order_id="EG4H2", date=datetime(2024, 9, 4, 7, 20, 11, tzinfo=UTC))
        ]
    assert [method.name for method in histories] == ["customers.deleted", "orders.deleted", "products.deleted"]


async def test_a_wrapped_list_that_is_missing_is_an_error(methods: Any, answered: Any) -> None:
    (method,) = (method for method in methods if method.name == "customers.contacts.search")
    with pytest.raises(DecodeError, match="expected list at items"):
        await answered(method, b"{}")
