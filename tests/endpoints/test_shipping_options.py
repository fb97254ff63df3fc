"""Endpoints for shipping options, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.shipping_options import ShippingOptionDraft


async def test_a_shipping_option_is_created_changed_and_deleted(store: Store) -> None:
    options = store.shipping_options
    before = await options.search()
    created = (await options.create(ShippingOptionDraft(title="Pigeon", fulfilment_type="pickup"))).id
    assert (await options.update(created, ShippingOptionDraft(title="Owl", enabled=False))).update_count == 1
    [one] = [one for one in await options.search() if one.id == created]
    assert (one.title, one.enabled) == ("Owl", False)
    assert (await options.delete(created)).delete_count == 1
    assert await options.search() == before
