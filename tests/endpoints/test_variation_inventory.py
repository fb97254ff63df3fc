"""Endpoints for the inventory of variations, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.variations import VariationDraft, VariationOption
from tests.endpoints.values import SIZES


async def test_the_stock_of_a_variation_is_adjusted(store: Store, product: int) -> None:
    variations = store.products.variations
    draft = VariationDraft(options=[VariationOption(name=SIZES.name, value="S")], quantity=3)
    variation = (await variations.create(product, draft)).id
    assert (await variations.inventory.adjust(product, variation, -4)).update_count == 1
    assert [one.quantity for one in await variations.search(product)] == [-1]
