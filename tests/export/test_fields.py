"""Fields, chosen by name or by class."""

import attrs
import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.export import export_store

from .conftest import PRODUCTS
from .helpers import file_names, read_items


@attrs.frozen
class Choice:
    name: str | None


@attrs.frozen
class Row:
    sku: str
    options: list[Choice]


async def test_only_the_chosen_fields_are_requested_and_written(store, shop, tmp_path):
    await export_store(store, ["products"], tmp_path, fields={"products": "id,name,options(name,choices(text))"})
    (size,) = read_items(tmp_path / "products.jsonl")[0]["options"]
    assert size == {"name": "Size", "choices": [{"text": "L"}]}
    assert all(item.keys() == {"id", "name", "options"} for item in read_items(tmp_path / "products.jsonl"))
    assert all("sku" not in dict(request.params)["responseFields"] for request in shop.requests)


async def test_the_key_is_requested_but_not_written(store, shop, tmp_path):
    await export_store(store, ["products"], tmp_path, fields={"products": "sku"})
    assert read_items(tmp_path / "products.jsonl")[1] == {"sku": "S2"}
    assert len(read_items(tmp_path / "products.jsonl")) == PRODUCTS
    assert file_names(tmp_path) == ["manifest.json", "products.jsonl"]


async def test_fields_are_named_as_in_python_or_in_the_api(store, shop, tmp_path):
    await export_store(store, ["products"], tmp_path, fields={"products": "create_timestamp,updateTimestamp"})
    assert read_items(tmp_path / "products.jsonl")[0].keys() == {"createTimestamp", "updateTimestamp"}


async def test_a_class_chooses_fields(store, shop, tmp_path):
    await export_store(store, ["products"], tmp_path, fields={"products": Row})
    assert read_items(tmp_path / "products.jsonl")[1] == {"sku": "S2", "options": [{"name": "Size"}]}
    await export_store(store, ["products"], tmp_path / "p.csv", fields={"products": Row})
    assert (tmp_path / "p.csv").read_text().splitlines()[0] == "sku,options,_extra"


async def test_a_class_that_does_not_fit_is_refused(store, shop, tmp_path):
    @attrs.frozen
    class Wrong:
        skuu: str

    with pytest.raises(TypeError, match="sku"):
        await export_store(store, ["products"], tmp_path, fields={"products": Wrong})
    assert shop.requests == []


async def test_fields_of_the_profile_can_be_chosen(store, shop, tmp_path):
    shop.sandbox.stores[1003].profile = {"generalInfo": {"storeId": 1003, "storeUrl": "x"}, "account": {}}
    await export_store(store, ["profile"], tmp_path, fields={"profile": "general_info(store_id)"})
    assert read_items(tmp_path / "profile.jsonl") == [{"generalInfo": {"storeId": 1003}}]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("id,nmae", "products has no field 'nmae'. Did you mean name?"),
        ("optoins", "Did you mean options?"),
        ("createTimestmp", "Did you mean create_timestamp?"),
        ("options(nam)", "products.options has no field 'nam'. Did you mean name?"),
        ("name(first)", "products.name has no fields of its own"),
        ("id,,name", "can't be read"),
    ],
)
async def test_an_unknown_field_is_refused_before_sending(store, shop, tmp_path, fields, message):
    with pytest.raises(ConfigError) as caught:
        await export_store(store, ["products"], tmp_path, fields={"products": fields})
    assert message in str(caught.value)
    assert shop.requests == []
