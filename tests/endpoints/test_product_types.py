"""Endpoints for product types, called over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.product_types import ProductTypeAttribute, ProductTypeDraft


async def test_a_product_type_is_created_changed_and_deleted(store: Store) -> None:
    types = store.product_types
    created = (await types.create(ProductTypeDraft(name="Mugs", attributes=[ProductTypeAttribute(name="Glaze")]))).id
    read = await types.get(created)
    assert (read.name, [one.name for one in read.attributes or []]) == ("Mugs", ["Glaze"])
    await types.update(created, ProductTypeDraft(name="Cups"))
    assert "Cups" in [one.name for one in await types.search()]
    assert (await types.delete(created)).delete_count == 1
    with pytest.raises(NotFound):
        await types.get(created)
