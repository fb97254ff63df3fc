"""Batches, built from calls and plain requests."""

import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from ecwid_async.client import Store
from ecwid_async.codec import loads
from ecwid_async.models.batches import BatchRequestItemDraft, BatchState
from ecwid_async.models.products import ProductDraft


def test_a_call_becomes_an_item_with_method_path_and_body(store: Store) -> None:
    batch = store.batches.create(
        [
            store.products.get(7, response_fields="id,name"),
            store.products.update(7, ProductDraft(price=Decimal("12.50"), name="Größe")),
            store.orders.search(keywords="a b").request,
            BatchRequestItemDraft(id="x", method="GET", path="profile"),
            {"id": "y", "method": "DELETE", "path": "products/7"},
        ]
    )
    assert loads(batch.request.body) == [
        {"method": "GET", "path": "products/7?responseFields=id,name"},
        {"method": "PUT", "path": "products/7", "body": {"price": Decimal("12.50"), "name": "Größe"}},
        {"method": "GET", "path": "orders?keywords=a+b&offset=0&limit=100"},
        {"id": "x", "method": "GET", "path": "profile"},
        {"id": "y", "method": "DELETE", "path": "products/7"},
    ]


def test_a_call_in_a_batch_causes_no_warning_about_unsent_calls(store: Store) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert store.batches.create([store.products.get(7)]).request


def test_a_batch_is_repeatable_only_with_a_key(store: Store) -> None:
    items = [{"method": "GET", "path": "profile"}]
    assert not store.batches.create(items).request.options.repeatable
    assert store.batches.create(items, deduplication_key="b5c1").request.options.repeatable


def test_an_upload_in_a_batch_needs_an_external_url(store: Store) -> None:
    batch = store.batches.create([store.products.images.upload(7, external_url="https://example.com/a.png")])
    assert loads(batch.request.body) == [
        {"method": "POST", "path": "products/7/image?externalUrl=https%3A%2F%2Fexample.com%2Fa.png"}
    ]
    with pytest.raises(
        ValueError, match="POST /products/7/image uploads bytes, which a batch can't do: pass external_url"
    ):
        store.batches.create([store.products.images.upload(7, b"png")])


def test_text_in_a_batch_must_be_json(store: Store) -> None:
    batch = store.batches.create([store.storage.add("public", '{"width": 9}')])
    assert loads(batch.request.body) == [{"method": "POST", "path": "storage/public", "body": {"width": 9}}]
    with pytest.raises(ValueError, match="POST /storage/note sends text that is not JSON, which a batch can't do"):
        store.batches.create([store.storage.add("note", "Größe")])


@pytest.mark.parametrize("many", [0, 501])
def test_a_batch_has_from_1_to_500_requests(store: Store, many: int) -> None:
    items: list[Any] = [{"method": "GET", "path": "profile"}] * many
    with pytest.raises(ValueError, match=f"a batch has 1 to 500 requests, not {many}"):
        store.batches.create(items)
    assert len(loads(store.batches.create(items[:500] or [{}]).request.body)) in (1, 500)


def test_batches_of_a_status_are_listed_with_pages(store: Store) -> None:
    request = store.batches.search(BatchState.QUEUED, offset=20).request
    assert (request.method, request.target) == ("GET", "/batch?status=QUEUED&offset=20&limit=100")
    assert request.options.operation == "GET /batch"
    assert request.options.repeatable


def test_a_batch_is_deleted_and_cancelled_by_its_ticket(store: Store) -> None:
    assert store.batches.delete("t-7").request.target == "/batch?ticketId=t-7"
    cancelled = store.batches.cancel_group("g", ticket="t-7").request
    assert (cancelled.method, cancelled.target) == ("POST", "/batch/cancel-group?ticketId=t-7&groupId=g")


def test_a_generator_of_requests_is_exhausted_before_an_error(store: Store) -> None:
    closed = []

    def items() -> Iterator[Any]:
        try:
            yield store.products.images.upload(7, b"png")
            yield {"method": "GET", "path": "profile"}
        finally:
            closed.append(True)

    with pytest.raises(ValueError, match="uploads bytes"):
        store.batches.create(items())
    assert closed == [True]
