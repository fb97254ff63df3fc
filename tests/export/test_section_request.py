"""The request for a section: its filters, and invalid arguments."""

from datetime import datetime

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.export import export_store

from .conftest import PRODUCTS
from .helpers import read_ids


async def test_fields_of_a_section_that_is_not_exported_are_refused(store, shop, tmp_path):
    with pytest.raises(ConfigError, match="'orders' is not a section of this export: products"):
        await export_store(store, ["products"], tmp_path, fields={"orders": "id"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sections": "products"}, "sections must be a list of names: give ['products']"),
        ({"fields": "id,name"}, 'fields must map names of sections, such as {"products": "id,name"}'),
        ({"where": "enabled=true"}, 'where must map names of sections, such as {"products": {"enabled": True}}'),
        ({"fields": {"products": ["id"]}}, 'the fields of products are text such as "id,name", or a class'),
    ],
    ids=str,
)
async def test_arguments_of_another_shape_are_refused_with_an_example(store, shop, tmp_path, arguments, message):
    with pytest.raises(ConfigError) as caught:
        await export_store(store, **{"sections": ["products"], "out": tmp_path} | arguments)
    assert message in str(caught.value)
    assert shop.requests == []


async def test_only_matching_items_are_written(store, shop, tmp_path):
    await export_store(store, ["products"], tmp_path, where={"products": {"created_from": 1_700_000_000 + 60 * 600}})
    assert read_ids(tmp_path / "products.jsonl") == list(range(600, PRODUCTS + 1))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"update_from": 1}, "products can't be searched by 'update_from'. Did you mean updated_from?"),
        ({"limit": 5}, "can't be searched by 'limit'"),
        ({"updated_from": datetime(2024, 1, 1)}, "products: updated_from needs a datetime with a time zone"),
    ],
)
async def test_an_unknown_filter_is_refused_before_sending(store, shop, tmp_path, where, message):
    with pytest.raises(ConfigError) as caught:
        await export_store(store, ["products"], tmp_path, where={"products": where})
    assert message in str(caught.value)
    assert shop.requests == []
