"""Endpoints for batches, called over HTTP."""

from decimal import Decimal

from ecwid_async.client import Store
from ecwid_async.models.products import ProductDraft


async def test_a_batch_is_created_read_and_deleted(store: Store) -> None:
    product = (await store.products.create(ProductDraft(name="Batched", price=1))).id
    calls = [
        store.products.update(product, ProductDraft(price=Decimal("12.50"))),
        store.products.get(product),
        store.products.get(1),
    ]
    ticket = (await store.batches.create(calls, stop_on_first_failure=False, group_id="tea")).ticket
    status = await store.batches.get(ticket, escaped_json=True)
    assert (status.status, status.completed_requests) == ("COMPLETED", 3)
    assert [one.http_status_code for one in status.responses] == [200, 200, 404]
    assert '"price":12.5' in status.responses[1].escaped_http_body
    assert (await store.batches.cancel_group("tea")).update_count == 0
    assert (await store.batches.delete(ticket)).delete_count == 1
