"""Endpoints for invoices, called over HTTP."""

from pathlib import Path

from ecwid_async.client import Store
from ecwid_async.models.order_items import OrderItemDraft
from ecwid_async.models.orders import OrderDraft
from tests.endpoints.values import BUYER_EMAIL


async def test_invoices_are_created_listed_and_downloaded(store: Store, order: int, tmp_path: Path) -> None:
    invoices = store.orders.invoices
    created = (await invoices.create(order)).id
    assert [one.internal_id for one in await invoices.search(order)] == [created]
    assert "Mug" in await invoices.html(order)
    draft = OrderDraft(email=BUYER_EMAIL, items=[OrderItemDraft(name="Ähre", price=1, quantity=1)])
    assert "Ähre" in await invoices.preview(draft)
    content = await invoices.pdf(order).read()
    assert content.startswith(b"%PDF-")
    path = tmp_path / "invoice.pdf"
    assert await invoices.pdf(order).save(path) == len(content)
    assert path.read_bytes() == content
