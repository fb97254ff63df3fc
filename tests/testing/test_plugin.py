"""The fixtures work in a user's test run, and cost nothing if unused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecwid_async import Store
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.exports import sandbox_from_export
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.testing import InstalledApp

USERS_TESTS = """
import json
import urllib.request

import pytest

from ecwid_async.models.products import ProductDraft

ORDERS = 60


def test_the_sandbox_has_a_demo_store(ecwid_sandbox):
    assert ecwid_sandbox.stores[1003].count("orders") == ORDERS


@pytest.mark.parametrize("run", [1, 2])
async def test_each_test_has_its_own_store(ecwid_store, run):
    assert await ecwid_store.orders.search().count() == ORDERS
    order = await ecwid_store.orders.search().first()
    await ecwid_store.orders.delete(order.id)
    assert await ecwid_store.orders.search().count() == ORDERS - 1


@pytest.mark.parametrize("run", [1, 2])
async def test_each_test_has_its_own_jobs(ecwid_store, run):
    products = ecwid_store.products
    created = await products.create(ProductDraft(name="Mug", quantity=5))
    for _ in range(2):
        await ecwid_store.batch([products.inventory.adjust(created.id, -1)], job="import")
    assert (await products.get(created.id)).quantity == 4


async def test_an_app_gets_the_webhooks_of_the_store(ecwid_app, ecwid_store, ecwid_clock):
    statuses = [500, 200]

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": statuses.pop(0)})
        await send({"type": "http.response.body"})

    ecwid_app.connect(app)
    await ecwid_store.products.create(ProductDraft(name="Mug"))
    assert await ecwid_app.deliver_webhooks() == 1
    ecwid_clock.advance(15 * 60)
    assert await ecwid_app.deliver_webhooks() == 1
    assert statuses == []


def test_the_url_belongs_to_a_server(ecwid_sandbox_url, ecwid_sandbox):
    request = urllib.request.Request(
        ecwid_sandbox_url + "/1003/products?limit=1", headers={"Authorization": "Bearer secret_demo"}
    )
    with urllib.request.urlopen(request, timeout=5) as response:
        assert json.load(response)["total"] == ecwid_sandbox.stores[1003].count("products")
"""


SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


def test_the_fixtures_work_in_a_users_tests(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(USERS_TESTS)
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    home = tmp_path / "home"
    home.mkdir()
    # Nothing may be written to the developer's home directory.
    arguments = ["-q", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ECWID_", "XDG_"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=tmp_path,
        env=environment | {"HOME": str(home), "LOCALAPPDATA": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "7 passed" in run.stdout
    assert list(home.iterdir()) == []


def test_loading_the_plugin_imports_no_library() -> None:
    script = (
        "import sys, pytest; before = set(sys.modules); import ecwid_async.testing.plugin;"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}),"
        " *sorted(name for name in sys.modules if name.startswith('ecwid_async')))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == [
        "ecwid_async",
        "ecwid_async",
        "ecwid_async.primitives",
        "ecwid_async.primitives.lazy",
        "ecwid_async.testing",
        "ecwid_async.testing.plugin",
    ]


def test_the_plugin_is_installed_with_the_package(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin("ecwid_sandbox")


async def test_the_store_is_connected_to_the_sandbox(ecwid_sandbox: Sandbox, ecwid_store: Store) -> None:
    profile = await ecwid_store.profile.get()
    assert profile.general_info is not None
    assert profile.general_info.store_id == DEMO_STORE_ID
    assert [exchange.path for exchange in ecwid_sandbox.requests] == [f"/{DEMO_STORE_ID}/profile"]
    assert ecwid_sandbox.stores[DEMO_STORE_ID].access(DEMO_TOKEN) is not None


class TestOfAnExportedStore:
    """A user's own `ecwid_sandbox`, with a store that was exported: the other fixtures follow it."""

    @pytest.fixture
    def ecwid_sandbox(self, tmp_path: Path) -> Sandbox:
        file = tmp_path / "products.jsonl"
        file.write_text('{"id": 7, "name": "Mug"}\n')
        return sandbox_from_export(file, store_id=5001)

    async def test_the_store_is_that_of_the_export(self, ecwid_store: Store) -> None:
        assert ecwid_store.store_id == 5001
        assert (await ecwid_store.products.get(7)).name == "Mug"

    async def test_the_app_is_installed_in_it(self, ecwid_app: InstalledApp) -> None:
        assert ecwid_app.store_id == 5001
