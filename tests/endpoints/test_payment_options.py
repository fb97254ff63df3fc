"""Endpoints for payment options, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.payment_options import PaymentOptionDraft


async def test_a_payment_option_is_created_changed_and_deleted(store: Store) -> None:
    options = store.payment_options
    before = await options.search()
    created = (await options.create(PaymentOptionDraft(checkout_title="Cash", payment_processor_id="offline"))).id
    assert (await options.get(created)).checkout_title == "Cash"
    assert (await options.update(created, PaymentOptionDraft(checkout_title="Bar"))).update_count == 1
    assert [one.checkout_title for one in await options.search()][-1:] == ["Bar"]
    assert (await options.delete(created)).delete_count == 1
    assert await options.search() == before
