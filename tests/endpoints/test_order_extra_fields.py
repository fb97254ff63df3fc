"""Endpoints for order extra fields, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.order_extra_fields import CartExtraFields, OrderExtraFieldDraft
from ecwid_async.models.orders import OrderDraft


async def test_extra_fields_of_an_order_are_added_changed_and_deleted(store: Store, order: int) -> None:
    fields = store.orders.extra_fields
    draft = OrderExtraFieldDraft(id="ref/1", title="Reference", value="#334", show_in_invoice=False)
    assert (await fields.add(order, draft)).create_count == 1
    assert [(one.id, one.value) for one in await fields.search(order)] == [("ref/1", "#334")]
    assert (await fields.update(order, "ref/1", OrderExtraFieldDraft(value="4%"))).update_count == 1
    assert [one.value for one in (await store.orders.get(order)).order_extra_fields] == ["4%"]
    assert (await fields.delete(order, "ref/1")).delete_count == 1
    assert await fields.search(order) == []


async def test_custom_extra_fields_are_written_read_and_selected_by_name(store: Store, order: int) -> None:
    sent = CartExtraFields(custom={"gift_note": "Happy birthday", "door": "4"})
    assert (await store.orders.update(order, OrderDraft(extra_fields=sent))).update_count == 1
    assert (await store.orders.get(order)).extra_fields.custom == sent.custom
    selected = await store.orders.get(order, response_fields="extraFields(door)")
    assert selected.extra_fields.custom == {"door": "4"}


async def test_extra_fields_equal_those_in_the_order(store: Store) -> None:
    orders = [one async for one in store.orders.search() if one.order_extra_fields]
    assert orders
    assert await store.orders.extra_fields.search(orders[0].id) == orders[0].order_extra_fields
