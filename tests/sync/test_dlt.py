"""A source of dlt: DuckDB has what the stores have, whatever happens to a run."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

pytest.importorskip("dlt")
pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import dlt
import duckdb
from dlt.pipeline.exceptions import PipelineStepFailed

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError, InvalidToken, MissingScope
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sections import ALL_SECTIONS, SECTIONS
from ecwid_async.sync.dlt import PROBLEMS_TABLE, ecwid_source
from ecwid_async.sync.rows import MIRROR_SECTIONS
from ecwid_async.tokens import MemoryTokens
from tests.sandbox.api import Api
from tests.sync.shop import DAY, MINUTE, STORE, TOKEN, Shop

OTHER: Final = 2004
OTHER_TOKEN: Final = "secret_other"


class Warehouse:
    """A DuckDB file, the pipeline that fills it, and a client for the stores of a sandbox."""

    def __init__(self, folder: Path, shop: Shop) -> None:
        self.folder = folder
        self.shop = shop
        self.tokens = MemoryTokens({STORE: TOKEN, OTHER: OTHER_TOKEN})
        self.pipeline = self.new_pipeline("pipelines")

    def new_pipeline(self, folder: str, name: str = "shop") -> Any:
        """A pipeline with a working directory of its own, as on another machine."""
        return dlt.pipeline(
            name,
            destination=dlt.destinations.duckdb(str(self.folder / "warehouse.duckdb")),
            dataset_name="ecwid",
            pipelines_dir=str(self.folder / folder),
        )

    def source(self, *stores: int, sections: tuple[str, ...] = ("products",), **options: Any) -> Any:
        ecwid = Ecwid(transport=self.shop.sandbox, quota=None, tokens=self.tokens)
        options = {"ecwid": ecwid, "clock": self.shop.clock, **options}
        return ecwid_source(stores or [STORE], sections=sections, **options)

    def run(self, *stores: int, **options: Any) -> None:
        self.pipeline.run(self.source(*stores, **options))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            connection.execute("SET TimeZone = 'UTC'; USE ecwid")
            return connection.execute(sql).fetchall()

    def names(self, store: int = STORE) -> dict[int, str]:
        rows = self.query(f"SELECT id, name FROM products WHERE store_id = {store}")
        assert len(rows) == len(dict(rows)), "a product has two rows"
        return dict(rows)

    def problems(self) -> list[tuple[Any, ...]]:
        return self.query(f"SELECT store_id, section, kind, error FROM {PROBLEMS_TABLE} ORDER BY ALL")

    def state(self, section: str = "products") -> dict[str, Any]:
        stores: dict[str, Any] = self.pipeline.state["sources"]["ecwid"]["resources"][section]["stores"]
        return stores


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def warehouse(tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """An empty warehouse. dlt finds no settings, and keeps everything in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "CRITICAL")
    return Warehouse(tmp_path, shop)


def products(shop: Shop, store: int = STORE) -> dict[int, str]:
    """The products of the store, which are to be in the warehouse."""
    table = shop.sandbox.stores[store].table("products")
    return {key: table.get(key)["name"] for key in table}


def add_other_store(shop: Shop, products: int) -> Api:
    shop.sandbox.add_store(OTHER, token=OTHER_TOKEN)
    api = Api(shop.sandbox, store_id=OTHER, token=OTHER_TOKEN)
    for number in range(products):
        api.post("/products", {"name": f"Other {number}", "price": 5})
    return api


def small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Yield a table to dlt for each page."""
    monkeypatch.setattr("ecwid_async.sync.extraction.tables._MAX_ROWS", 100)


def test_changes_deletions_and_restored_items_are_merged(warehouse, shop):
    first, second, third = shop.add_products(3)
    warehouse.run()
    assert warehouse.names() == products(shop)
    shop.wait(DAY)
    shop.edit(first, "Edited")
    shop.delete(second)
    before = dict(shop.data.table("products").get(third))
    shop.delete(third)
    shop.wait(1)
    with shop.data.transaction():
        shop.data.table("products").put({**before, "updateTimestamp": int(shop.now)})
    shop.add_products(2)
    for _ in range(2):  # the first run loads a deletion and the restored item, and the second sees the deletion again
        shop.wait(MINUTE)
        warehouse.run()
        assert warehouse.names() == products(shop)
    assert warehouse.names()[first] == "Edited"
    assert second not in warehouse.names()
    assert third in warehouse.names()
    assert warehouse.problems() == []
    assert warehouse.query("SELECT DISTINCT _deleted FROM products") == [(False,)]


def test_amounts_are_exact_and_times_have_a_time_zone(warehouse, shop):
    (product,) = shop.add_products(1, price=0.1, customsHsTariffCode="0010", attributes=[])
    shop.data.load("carts", [{"cartId": "C1", "createTimestamp": 1, "updateTimestamp": 1, "total": 1234567.89}])
    warehouse.run(sections=("products", "carts"))
    ((price, created, tax, code),) = warehouse.query("SELECT price, created, tax, customs_hs_tariff_code FROM products")
    item = shop.data.table("products").get(product)
    assert price == Decimal("0.1")
    assert created == datetime.fromtimestamp(item["createTimestamp"], UTC)
    assert json.loads(tax) == shop.api.get(f"/products/{product}")["tax"]
    assert code == "0010"
    assert warehouse.query("SELECT cart_id, total FROM carts") == [("C1", Decimal("1234567.89"))]
    types = dict(warehouse.query("SELECT column_name, column_type FROM (DESCRIBE products)"))
    assert (types["price"], types["created"]) == ("DECIMAL(38,18)", "TIMESTAMP WITH TIME ZONE")
    assert (types["id"], types["tax"], types["_extra"]) == ("BIGINT", "VARCHAR", "VARCHAR")


@pytest.mark.slow
def test_every_section_has_a_table_with_its_keys(warehouse, shop):
    shop.sandbox = demo_sandbox(products=12, orders=15, customers=8, requests_per_minute=None)
    warehouse.tokens = MemoryTokens({DEMO_STORE_ID: DEMO_TOKEN})
    source = warehouse.source(DEMO_STORE_ID, sections=ALL_SECTIONS)
    assert list(source.resources) == [*SECTIONS, PROBLEMS_TABLE]
    warehouse.pipeline.run(source)
    assert warehouse.problems() == []
    for name in ALL_SECTIONS:
        key = source.schema.naming.normalize_identifier(MIRROR_SECTIONS[name].key or "store_id")
        ((rows, keys),) = warehouse.query(f"SELECT count(*), count(DISTINCT {key}) FROM {name}")
        assert rows == keys > 0, name


def test_a_run_that_fails_before_it_loads_loses_nothing(warehouse, shop, monkeypatch):
    small_tables(monkeypatch)
    first, second, *_ = shop.add_products(250)
    tables = 0

    def fail(table):
        nonlocal tables
        tables += 1
        if tables == 2:
            raise RuntimeError("stop")
        return table

    for _ in range(2):  # the first read, and one of changes
        tables = 0
        source = warehouse.source()
        source.products.add_map(fail)
        with pytest.raises(PipelineStepFailed, match="stop"):
            warehouse.pipeline.run(source)
        warehouse.run()
        assert warehouse.names() == products(shop)
        shop.wait(DAY)
        shop.delete(first)
        for product in list(products(shop)):
            shop.edit(product, f"Edited {product}")
        first = second


def test_a_limited_run_continues_where_it_stopped(warehouse, shop, monkeypatch):
    """`add_limit` closes the resource: rows that were not taken are not taken for loaded."""
    small_tables(monkeypatch)
    shop.add_products(250)
    source = warehouse.source()
    source.products.add_limit(1)
    warehouse.pipeline.run(source)
    assert len(warehouse.names()) < 250
    warehouse.run()
    assert warehouse.names() == products(shop)


def test_a_package_that_was_never_loaded_is_read_again_elsewhere(warehouse, shop):
    first, *_ = shop.add_products(3)
    warehouse.run()
    shop.wait(DAY)
    shop.edit(first, "Edited")
    warehouse.pipeline.extract(warehouse.source())
    # Another machine has the state that is in the destination.
    warehouse.pipeline = warehouse.new_pipeline("elsewhere")
    warehouse.run()
    assert warehouse.names() == products(shop)


def test_without_its_state_a_pipeline_finds_what_was_deleted(warehouse, shop):
    first, second, _ = shop.add_products(3)
    warehouse.run()
    shop.delete_silently([first])
    shop.edit(second, "Edited")
    warehouse.pipeline = warehouse.new_pipeline("pipelines", name="another")
    warehouse.run()
    assert warehouse.names() == products(shop)
    shop.edit_silently(second, "Edited without a new update time")
    warehouse.pipeline.run(warehouse.source(), refresh="drop_sources")
    assert warehouse.names() == products(shop)


def test_a_destination_that_cannot_be_queried_is_reported(warehouse, shop, monkeypatch):
    shop.add_products(1)

    def unavailable(*_):
        raise OSError("password=hunter2")

    monkeypatch.setattr("ecwid_async.sync.dlt._query_ids", unavailable)
    warehouse.run()
    assert warehouse.problems() == [(STORE, "products", "deletions", None)]
    assert warehouse.names() == products(shop)
    ((message,),) = warehouse.query(f"SELECT message FROM {PROBLEMS_TABLE}")
    assert "OSError" in message
    assert "hunter2" not in message


def test_two_stores_share_tables_and_a_dead_token_stops_only_its_own(warehouse, shop):
    shop.add_products(3)
    add_other_store(shop, 3)
    warehouse.run(STORE, OTHER)
    assert (warehouse.names(), warehouse.names(OTHER)) == (products(shop), products(shop, OTHER))
    assert warehouse.names().keys() & warehouse.names(OTHER).keys(), "the same ids in both"
    cursor = warehouse.state()[str(OTHER)]
    shop.wait(DAY)
    shop.edit(min(products(shop)), "Edited")
    warehouse.tokens = MemoryTokens({STORE: TOKEN, OTHER: "secret_revoked"})
    warehouse.run(STORE, OTHER)
    assert warehouse.names() == products(shop)
    assert warehouse.problems() == [(OTHER, "products", "failed", "InvalidToken")]
    assert warehouse.state()[str(OTHER)] == cursor, "the next run continues there"


def test_an_unexpected_error_in_one_store_stops_only_its_own(warehouse, shop, monkeypatch):
    shop.sandbox.add_store(OTHER, token=OTHER_TOKEN)
    Api(shop.sandbox, store_id=OTHER, token=OTHER_TOKEN).call("POST", "/products", {"name": "Chair", "price": 1})
    real = shop.sandbox.send

    async def fail(request):
        if request.path == f"/{STORE}/products":
            raise TypeError("a customer's name")
        return await real(request)

    monkeypatch.setattr(shop.sandbox, "send", fail)
    warehouse.run(STORE, OTHER)
    assert list(warehouse.names(OTHER).values()) == ["Chair"]
    assert warehouse.problems() == [(STORE, "products", "failed", "TypeError")]
    assert warehouse.query(f"SELECT message FROM {PROBLEMS_TABLE}") == [("unexpected TypeError",)]


def test_a_section_that_the_token_does_not_open_stops_only_itself(warehouse, shop):
    shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
    shop.add_products(3)
    warehouse.tokens = MemoryTokens({STORE: "secret_narrow"})
    warehouse.run(sections=("orders", "products"))
    assert warehouse.names() == products(shop)
    assert warehouse.problems() == [(STORE, "orders", "skipped", "MissingScope")]
    assert warehouse.query("SELECT count(*) FROM orders") == [(0,)]


@pytest.mark.parametrize(
    ("token", "section", "error"),
    [("secret_revoked", "products", InvalidToken), ("secret_narrow", "orders", MissingScope)],
)
def test_a_run_that_could_read_nothing_fails(warehouse, shop, token, section, error):
    shop.data.add_token("secret_narrow", ["read_catalog", "read_store_profile"])
    warehouse.tokens = MemoryTokens({STORE: token})
    with pytest.raises(PipelineStepFailed) as raised:
        warehouse.run(sections=(section,))
    causes: list[BaseException | None] = [raised.value]
    while causes[-1] is not None:
        causes.append(causes[-1].__cause__)
    assert any(isinstance(cause, error) for cause in causes)
    assert token not in str(raised.value)


def test_no_token_is_stored_or_logged(warehouse, shop, monkeypatch, capfd):
    monkeypatch.setenv("ECWID_STORE_ID", str(STORE))
    monkeypatch.setenv("ECWID_TOKEN", "secret_stolen")
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "DEBUG")
    add_other_store(shop, 1)
    warehouse.tokens = MemoryTokens({STORE: "secret_stolen", OTHER: OTHER_TOKEN})
    warehouse.run(STORE, OTHER)
    assert warehouse.problems() == [(STORE, "products", "failed", "InvalidToken")]
    files = [path for path in warehouse.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert str(STORE).encode() in b"".join(path.read_bytes() for path in files)
    for path in files:
        for token in ("secret_stolen", OTHER_TOKEN):
            assert token.encode() not in path.read_bytes(), path
    output = capfd.readouterr()
    assert "secret_" not in output.out + output.err


def test_the_client_may_be_a_function_that_opens_it(warehouse, shop):
    opened: list[str] = []

    @asynccontextmanager
    async def client():
        opened.append("open")
        async with Ecwid(transport=shop.sandbox, quota=None, tokens=warehouse.tokens) as ecwid:
            yield ecwid
        opened.append("closed")

    warehouse.run(sections=("customer_groups", "brands"), ecwid=client)
    assert opened == ["open", "closed"], "all sections share one client"


def test_the_environment_names_the_store_and_its_token(monkeypatch):
    with pytest.raises(ConfigError, match="ECWID_STORE_ID"):
        ecwid_source()
    monkeypatch.setenv("ECWID_STORE_ID", str(STORE))
    monkeypatch.setenv("ECWID_TOKEN", TOKEN)
    source = ecwid_source()
    assert TOKEN not in repr(source)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stores": [], "sections": ["products"]}, "no store"),
        ({"stores": [1], "sections": ["product"]}, "Did you mean products"),
        ({"stores": [1], "confirm_deletions": ["product"]}, "Did you mean products"),
        ({"stores": [1], "stores_at_once": 0}, "stores_at_once"),
        ({"stores": [1], "lag": -1}, "lag"),
    ],
)
def test_invalid_arguments_are_refused(arguments, message):
    with pytest.raises((ConfigError, ValueError), match=message):
        ecwid_source(**arguments)
