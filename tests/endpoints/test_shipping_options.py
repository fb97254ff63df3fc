"""The endpoints of shipping options, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.shipping_options import ShippingOptionDraft


async def test_a_shipping_option_is_created_changed_and_deleted(store: Store) -> None:
    options = store.shipping_options
    before = await options.search()
    made = (await options.create(ShippingOptionDraft(title="Pigeon", fulfilment_type="pickup"))).id
    assert (await options.update(made, ShippingOptionDraft(title="Owl", enabled=False))).update_count == 1
    [one] = [one for one in await options.search() if one.id == made]
    assert (one.title, one.enabled) == ("Owl", False)
    assert (await options.delete(made)).delete_count == 1
    assert await options.search() == before
