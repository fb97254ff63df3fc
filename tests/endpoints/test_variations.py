"""Endpoints for variations, called over HTTP."""

from decimal import Decimal

from ecwid_async.client import Store
from ecwid_async.models.variations import VariationDraft, VariationOption
from tests.endpoints.values import SIZES


async def test_a_variation_is_created_read_changed_and_deleted(store: Store, product: int) -> None:
    variations = store.products.variations
    size = [VariationOption(name=SIZES.name, value="S")]
    draft = VariationDraft(options=size, price=Decimal("7.25"), quantity=3, sku="POT-1-S")
    created = (await variations.create(product, draft)).id
    read = await variations.get(product, created)
    assert (read.sku, read.price, read.quantity) == ("POT-1-S", Decimal("7.25"), 3)
    assert (await variations.update(product, created, VariationDraft(price=8))).update_count == 1
    assert [(one.price, one.quantity) for one in await variations.search(product)] == [(8, 3)]

    medium = VariationDraft(options=[VariationOption(name=SIZES.name, value="M")])
    other = (await variations.create(product, medium)).id
    assert (await variations.delete(product, created)).delete_count == 1
    assert [one.id for one in await variations.search(product)] == [other]
    assert (await variations.delete_all(product, confirm=True)).delete_count == 1
    assert await variations.search(product) == []
