"""A store that is loaded from its export responds as the store that was exported."""

import asyncio
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError
from ecwid_async.sandbox import App, Sandbox, SandboxClock, Switches
from ecwid_async.sandbox.exports import load_export, sandbox_from_export
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, StoreActivity, demo_token
from ecwid_async.sections import ALL_SECTIONS
from ecwid_async.sync import Mirror
from tests.export.helpers import import_zstd
from tests.odd_items import odd_items
from tests.sandbox.api import Api

from .helpers import SIZES, export, read_files, small_store, write_lines, write_manifest


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The export of all sections of a demo store."""
    return asyncio.run(export(small_store(), tmp_path_factory.mktemp("export") / "out"))


@pytest.fixture
def api(exported):
    return Api(sandbox_from_export(exported, requests_per_minute=None))


async def test_the_export_of_a_loaded_store_is_the_same(exported, tmp_path):
    sandbox = sandbox_from_export(exported, requests_per_minute=None)
    again = read_files(await export(sandbox, tmp_path / "again"))
    original = read_files(exported)
    assert sorted(original) == sorted(f"{name}.jsonl" for name in ALL_SECTIONS)
    assert {name for name in original if again[name] != original[name]} == set()


@pytest.mark.parametrize("suffix", ["jsonl.gz", "jsonl.zst"])
async def test_compressed_files_and_a_column_of_the_store_make_no_difference(exported, tmp_path, suffix):
    if suffix.endswith("zst"):
        import_zstd()
    out = await export(small_store(), tmp_path / "out", ["orders", "profile"], format=suffix, with_store_id=True)
    sandbox = sandbox_from_export(out, requests_per_minute=None)
    again = await export(sandbox, tmp_path / "again", ["orders", "profile"])
    for name in ("orders.jsonl", "profile.jsonl"):
        assert (again / name).read_bytes() == (exported / name).read_bytes()


async def test_a_mirror_of_a_loaded_store_is_the_same(exported, tmp_path):
    documents = []
    for sandbox in (small_store(), sandbox_from_export(exported, requests_per_minute=None)):
        async with (
            Ecwid(transport=sandbox, quota=None) as ecwid,
            Mirror(f"sqlite:///{tmp_path}/{len(documents)}.db") as mirror,
        ):
            store = ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)
            report = await mirror.sync(store)
            assert not report.failed
            documents.append({name: await mirrored(mirror, name) for name in report.sections})
    assert documents[0] == documents[1]
    assert len(documents[0]["products"]) == SIZES["products"]


async def test_an_export_of_few_fields_can_be_mirrored_and_changed(tmp_path):
    """As the docs advise for exports without personal data."""
    fields = {
        "orders": "id,orderNumber,createTimestamp,updateTimestamp,total,items(sku,quantity)",
        "customers": "id,registered,updated",
        "products": "id",
    }
    out = await export(small_store(), tmp_path / "out", list(fields), fields=fields)
    sandbox = sandbox_from_export(out, requests_per_minute=None)
    async with (
        Ecwid(transport=sandbox, quota=None) as ecwid,
        Mirror(f"sqlite:///{tmp_path}/mirror.db") as mirror,
    ):
        report = await mirror.sync(ecwid.store(DEMO_STORE_ID, DEMO_TOKEN))
        assert not report.failed
        assert len(await mirrored(mirror, "orders")) == SIZES["orders"]
        assert len(await mirrored(mirror, "customers")) == SIZES["customers"]
    activity = StoreActivity(sandbox)
    for _ in range(50):
        activity.change()
    assert {exchange.status for exchange in sandbox.requests} <= {200, 400}
    assert sandbox.requests.to("PUT /orders/{orderId}")


async def mirrored(mirror, section):
    database = mirror._opened
    table = database.schema.tables[section]
    async with database.read() as connection:
        return sorted((await connection.execute(select(table.c.id, table.c.document))).all())


def test_a_loaded_store_can_be_searched(exported):
    clock = SandboxClock(1_750_000_000)
    api = Api(sandbox_from_export(exported, requests_per_minute=None, clock=clock))
    original = Api(small_store(clock=clock))
    for path, params in (
        ("/products", {"keyword": "lamp"}),
        ("/products", {"inStock": True, "sortBy": "PRICE_DESC"}),
        ("/products", {"category": original.get("/categories")["items"][0]["id"], "responseFields": "items(id,sku)"}),
        ("/products/filters", {"filterFields": "price,inventory,categories,option_Size"}),
        ("/orders", {"paymentStatus": "PAID", "limit": 3}),
        ("/orders/last", {}),
        ("/customers", {"keyword": "john"}),
        ("/categories", {"parent": 0, "lang": "de"}),
        ("/brands", {"sortBy": "NAME_ASC"}),
        ("/brands", {"lang": "de"}),
        ("/reviews", {"status": "published"}),
        ("/latest-stats", {}),
        ("/reports/allOrders", {"timeScaleValue": "day"}),
    ):
        assert api.get(path, **params) == original.get(path, **params), path


def test_single_items_are_found(api, exported):
    for name, key, path in (
        ("products", "id", "/products/"),
        ("orders", "id", "/orders/"),
        ("orders", "orderNumber", "/orders/"),
        ("carts", "cartId", "/carts/"),
        ("coupons", "code", "/discount_coupons/"),
        ("customers", "id", "/customers/"),
        ("order_statuses", "statusId", "/profile/order_status/"),
        ("payment_options", "id", "/profile/paymentOptions/"),
        ("redirects", "id", "/instant-site/redirects/"),
    ):
        item = json.loads((exported / f"{name}.jsonl").read_bytes().splitlines()[-1])
        assert api.get(f"{path}{item[key]}") == item


def test_a_loaded_store_can_be_changed(api):
    product = api.get("/products", limit=1, productId=api.get("/products")["items"][3]["id"])["items"][0]
    api.put(f"/products/{product['id']}", {"price": 12.5, "name": "Mug"})
    assert api.get("/products", keyword="Mug")["items"][0]["price"] == 12.5
    created = api.post("/products", {"name": "New", "attributes": [{"name": "Fabric", "value": "Wool"}]})["id"]
    others = [item for item in api.all("/products") if item["id"] != created]
    assert created > max(item["id"] for item in others)
    (attribute,) = api.get(f"/products/{created}")["attributes"]
    assert attribute["id"] not in {each["id"] for item in others for each in item["attributes"]}
    api.delete(f"/products/{created}")
    assert [entry["id"] for entry in api.get("/products/deleted")["items"]] == [created]
    order = api.get("/orders", limit=1)["items"][0]
    api.put(f"/orders/{order['id']}", {"paymentStatus": "REFUNDED"})
    assert api.get(f"/orders/{order['id']}")["paymentStatus"] == "REFUNDED"
    cart = api.get("/carts", limit=1)["items"][0]["cartId"]
    assert api.get(f"/orders/{api.post(f'/carts/{cart}/place')['id']}")["paymentStatus"] == "AWAITING_PAYMENT"


async def test_changes_of_a_loaded_store_emit_events(api):
    received = []

    async def receive(request):
        received.append(request.query)
        return 200

    api.sandbox.deliveries.sender = receive
    api.sandbox.add_app(App(client_id="app", client_secret="secret", webhook_url="https://app.example/webhooks"))
    api.sandbox.install("app", DEMO_STORE_ID, scopes=["read_catalog"])
    product = api.get("/products", limit=1)["items"][0]["id"]
    api.put(f"/products/{product}", {"price": 3})
    await api.sandbox.deliveries.deliver_due()
    assert received == ["eventtype=application.installed", "eventtype=product.updated"]


def test_new_variations_get_ids_of_their_own(tmp_path):
    product = b'{"id":7,"name":"Mug","options":[{"type":"SELECT","name":"Size","choices":[{"text":"L"},{"text":"S"}]}],'
    variation = b'"combinations":[{"id":8,"combinationNumber":1,"options":[{"name":"Size","value":"L"}]}]}'
    api = Api(sandbox_from_export(write_lines(tmp_path / "products.jsonl", product + variation), store_id=1003))
    api.post("/products/7/combinations", {"options": [{"name": "Size", "value": "S"}]})
    assert len({each["id"] for each in api.get("/products/7/combinations")}) == 2


EXACT = b'{"id":7, "price": 12345678901234567890.10, "new" : {"a":[1.50]}, "createTimestamp":1700000000}'


def test_numbers_and_unknown_fields_are_served_as_they_are(tmp_path):
    api = Api(sandbox_from_export(write_lines(tmp_path / "products.jsonl", EXACT), store_id=1003))
    assert api.send("GET", "/products/7").body == EXACT
    assert EXACT in api.send("GET", "/products", price_from=5).body
    assert api.send("GET", "/products/7", responseFields="price,new(a)").body == (
        b'{"price":12345678901234567890.10,"new":{"a":[1.50]}}'
    )


def test_sections_that_were_not_exported_are_empty(tmp_path):
    api = Api(sandbox_from_export(write_lines(tmp_path / "products.jsonl", EXACT), store_id=1003))
    for path in ("/orders", "/categories", "/customers", "/brands", "/reviews", "/subscriptions", "/carts"):
        assert api.get(path)["total"] == 0
    assert api.get("/profile")["generalInfo"] == {"storeId": 1003}
    assert api.get("/profile/paymentOptions") == []


def test_brands_without_products_are_those_exported(tmp_path):
    write_lines(tmp_path / "brands.jsonl", b'{"name":"Zeta","extra":1}', b'{"name":"Acme"}')
    api = Api(sandbox_from_export(tmp_path, store_id=1003))
    assert api.get("/brands")["items"] == [{"name": "Zeta", "extra": 1}, {"name": "Acme"}]
    assert api.get("/brands", sortBy="NAME_ASC", lang="de")["total"] == 2


def test_clock_limit_and_switches_are_those_given(exported):
    switches = Switches(page_size=3)
    sandbox = sandbox_from_export(exported, requests_per_minute=1, clock=lambda: 1_800_000_000.0, switches=switches)
    api = Api(sandbox)
    assert api.get("/products")["count"] == 3
    assert api.refused("GET", "/products")[0] == 429


def test_several_stores_are_loaded_from_their_folders(tmp_path):
    for number in (1003, 1004):
        write_lines(tmp_path / str(number) / "products.jsonl", b'{"id":%d}' % number)
        write_manifest(tmp_path / str(number) / "manifest.json", number, "products.jsonl")
    sandbox = sandbox_from_export(tmp_path)
    assert {store.id: store.tokens for store in sandbox.stores.values()} == {
        number: (demo_token(number),) for number in (1003, 1004)
    }
    assert Api(sandbox, store_id=1004, token=demo_token(1004)).get("/products")["items"] == [{"id": 1004}]


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("products", b'{"name":"a"}', "needs a whole number below 2**63 as 'id'"),
        ("products", b'{"id":"7"}', "needs a whole number"),
        ("products", b'{"id":true}', "needs a whole number"),
        ("products", b'{"id":%d}' % 2**63, "needs a whole number"),
        ("products", b'{"id":%s}' % (b"9" * 5000), "needs a whole number"),
        ("products", b'{"id":1}', "another item with the same 'id'"),
        ("carts", b'{"cartId":1}', "needs a text as 'cartId'"),
        ("carts", b'{"cartId":"1"}', "another item with the same 'cartId'"),
        ("staff", b'{"id":{}}', "needs a text as 'id'"),
        ("staff", b'{"id":"1"}', "another item with the same 'id'"),
        ("profile", b"{}", "a store has one profile"),
    ],
)
def test_an_item_that_can_not_be_identified_is_named(tmp_path, name, line, problem):
    first = {"carts": b'{"cartId":"1"}', "staff": b'{"id":"1"}', "profile": b'{"account":{}}'}.get(name, b'{"id":1}')
    file = write_lines(tmp_path / f"{name}.jsonl", first, line)
    sandbox = Sandbox()
    with pytest.raises(ConfigError) as caught:
        load_export(sandbox, file, store_id=1003)
    assert str(caught.value).startswith(f"{file}, line 2: ")
    assert problem in str(caught.value)
    assert sandbox.stores == {}


def test_nothing_is_loaded_if_one_of_several_stores_is_damaged(tmp_path):
    write_lines(tmp_path / "1003" / "products.jsonl", b'{"id":1}')
    write_lines(tmp_path / "1004" / "products.jsonl", b'{"id":1')
    for number in (1003, 1004):
        write_manifest(tmp_path / str(number) / "products.jsonl.manifest.json", number, "products.jsonl")
    sandbox = Sandbox()
    with pytest.raises(ConfigError, match=r"1004.products\.jsonl, line 1: not JSON"):
        load_export(sandbox, tmp_path)
    assert sandbox.stores == {}


def test_a_store_is_loaded_once(tmp_path):
    file = write_lines(tmp_path / "products.jsonl", EXACT)
    sandbox = Sandbox()
    load_export(sandbox, file, store_id=1003)
    with pytest.raises(ConfigError, match="already has a store 1003"):
        load_export(sandbox, file, store_id=1003)
    assert sandbox.stores[1003].count("products") == 1


def test_progress_is_reported(tmp_path):
    write_lines(tmp_path / "products.jsonl", *(b'{"id":%d}' % number for number in range(1, 1202)))
    steps = []
    sandbox_from_export(tmp_path, store_id=1003, on_progress=lambda name, count: steps.append((name, count)))
    assert steps == [("products", 500), ("products", 1000), ("products", 1201)]


def load_or_describe(sandbox, path):
    """Load an export. Returns the error, or an empty text."""
    try:
        load_export(sandbox, path, store_id=1003)
    except ConfigError as error:
        return str(error)
    return ""


LISTS = ("products", "orders", "carts", "categories", "customers", "coupons", "reviews", "subscriptions", "promotions")
KEYS = {"orders": "orderNumber", "carts": "cartId", "subscriptions": "subscriptionId"}


@settings(max_examples=60, deadline=None)
@given(st.lists(odd_items, max_size=4), st.sampled_from(LISTS))
def test_odd_items_are_refused_with_their_line_or_served_byte_for_byte(items, section):
    lines = []
    for number, item in enumerate(items):
        if b"\n" in item or b"\r" in item:
            return
        key = b'"%d"' % number if section == "carts" else b"%d" % number
        rest = item[1:].lstrip()
        if item[:1] == b"{":
            name = KEYS.get(section, "id").encode()
            item = b'{"x":0,%b' % rest if rest[:1] != b"}" else b'{"x":0}'
            item = item[:-1] + b',"%b":%b}' % (name, key)
        lines.append(item)
    with tempfile.TemporaryDirectory() as folder:
        file = write_lines(Path(folder) / f"{section}.jsonl", *lines)
        sandbox = Sandbox()
        problem = load_or_describe(sandbox, file)
    if problem:
        assert problem.startswith(f"{file}, line ")
        assert sandbox.stores == {}
        return
    path = {"coupons": "/discount_coupons"}.get(section, f"/{section}")
    params = {"hidden_categories": True} if section == "categories" else {}
    body = Api(sandbox).send("GET", path, **params).body
    for line in lines:
        if line.strip():
            assert line.strip() in body or section in ("categories", "coupons")


@settings(max_examples=20, deadline=None)
@given(st.lists(odd_items, min_size=1, max_size=4))
def test_the_export_of_odd_items_is_the_same(items):
    created = 1_700_000_000
    lines = [
        b'{"id":%d,"createTimestamp":%d,"updateTimestamp":%d,"odd":%b}' % (number, created + number, created, item)
        for number, item in enumerate(items)
        if b"\n" not in item
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = write_lines(Path(folder) / "products.jsonl", *lines)
        sandbox = Sandbox(requests_per_minute=None)
        if not load_or_describe(sandbox, file):
            again = asyncio.run(export(sandbox, Path(folder) / "again.jsonl", ["products"]))
            assert again.read_bytes() == file.read_bytes()
