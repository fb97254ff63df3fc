"""``ecwid sync``: a mirror of a demo store, its status, its verification, and what happens if something fails."""

import asyncio
import io
import json
import shutil
import signal
import sqlite3
import time
from contextlib import closing

import pytest
from rich.console import Console

from ecwid_async.cli.app import run
from ecwid_async.cli.sync_tables import status_table
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.sync import Mirror

from .conftest import SIZES
from .test_app import run_python


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def query(tmp_path):
    """Run a statement in the mirror's database."""

    def execute(statement, *parameters):
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
            return connection.execute(statement, parameters).fetchall()

    return execute


def small_store():
    return demo_sandbox(products=20, orders=10, customers=8, carts=3, categories=4, requests_per_minute=None)


def use_store(monkeypatch, base_url):
    monkeypatch.setenv("ECWID_BASE_URL", base_url)
    monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
    monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)


@pytest.fixture
def sandbox(monkeypatch, no_rate_limit):
    """A small demo store of one test, which the environment points to."""
    sandbox = small_store()
    with serve_in_thread(sandbox) as server:
        use_store(monkeypatch, server.base_url)
        yield sandbox


@pytest.fixture(scope="module")
def mirrored_store(tmp_path_factory):
    """A small demo store, which tests do not change, and the file of its mirror."""
    path = tmp_path_factory.mktemp("mirror") / "shop.db"
    with pytest.MonkeyPatch.context() as monkeypatch, serve_in_thread(small_store()) as server:
        use_store(monkeypatch, server.base_url)
        assert run(["sync", "--to", f"sqlite:///{path}", "--quiet"]) == 0
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield server.base_url, path


@pytest.fixture
def mirrored(mirrored_store, tmp_path, monkeypatch, no_rate_limit):
    """A copy of the mirror, whose store the environment points to."""
    base_url, path = mirrored_store
    shutil.copy(path, tmp_path / "shop.db")
    use_store(monkeypatch, base_url)


def sync(ecwid, url, *arguments):
    outcome = ecwid("sync", "--to", url, *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome


def report_of(ecwid, url, *arguments):
    return json.loads(sync(ecwid, url, "--json", *arguments).out)


def test_the_embedded_store_is_mirrored_with_hidden_items(ecwid, sizes, url, query):
    outcome = sync(ecwid, url, "--sandbox", *sizes)
    for section in ("products", "orders", "carts", "categories", "customers"):
        assert query(f"SELECT count(*) FROM ecwid_{section}") == [(SIZES[section],)]
        assert section in outcome.out
    assert query("SELECT count(*) FROM ecwid_products WHERE NOT enabled")[0][0] > 0
    assert "shop.db" in outcome.out.splitlines()[-1]


def test_a_second_run_of_the_embedded_store_goes_on(ecwid, sizes, url):
    assert report_of(ecwid, url, "--sandbox", *sizes)["sections"]["products"]["changed"] == SIZES["products"]
    report = report_of(ecwid, url, "--sandbox", *sizes)
    assert report["error"] == ""
    assert report["changed"] == 0


def test_an_embedded_store_of_another_size_is_refused(ecwid, sizes, url):
    sync(ecwid, url, "--sandbox", *sizes, "--only", "profile")
    outcome = ecwid("sync", "--to", url, "--sandbox", *sizes, "--seed", 2)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert f"store {DEMO_STORE_ID}" in outcome.err


def test_a_demo_store_that_was_started_again_is_refused(ecwid, url, monkeypatch, sandbox, query):
    sync(ecwid, url, "--only", "products")
    again = small_store()
    # The same address, as after a restart of the server.
    sandbox.base_url, sandbox.stores = again.base_url, again.stores
    outcome = ecwid("sync", "--to", url)
    assert outcome.code == 2
    assert "A demo store that is started again is another store. Use another database" in outcome.err
    assert query("SELECT count(*) FROM ecwid_products") == [(20,)]


def test_only_the_chosen_sections_are_mirrored(ecwid, url, sandbox, query):
    report = report_of(ecwid, url, "--only", "products,orders", "--only", "carts", "--exclude", "orders")
    assert set(report["sections"]) == {"products", "carts"}
    assert query("SELECT count(*) FROM ecwid_orders") == [(0,)]


def test_a_later_run_stores_what_changed_and_what_was_deleted(ecwid, url, sandbox, query):
    sync(ecwid, url, "--only", "products")
    (first, second) = (row[0] for row in query("SELECT id FROM ecwid_products ORDER BY id LIMIT 2"))
    assert ecwid("call", "PUT", f"/products/{first}", "--data", '{"price": 12.34}').code == 0
    assert ecwid("call", "DELETE", f"/products/{second}").code == 0
    report = report_of(ecwid, url, "--only", "products")
    assert report["sections"]["products"]["changed"] == 1
    assert report["sections"]["products"]["deleted"] == 1
    assert query("SELECT price_exact FROM ecwid_products WHERE id = ?", first) == [("12.34",)]
    assert query("SELECT deleted_at > 0 FROM ecwid_products WHERE id = ?", second) == [(1,)]


def test_a_quiet_run_prints_nothing(ecwid, url, mirrored):
    assert sync(ecwid, url, "--quiet").out == ""


def test_the_database_can_be_named_in_the_environment(ecwid, url, sandbox, monkeypatch, query):
    monkeypatch.setenv("ECWID_SYNC_URL", url)
    assert ecwid("sync", "--only", "profile").code == 0
    assert ecwid("sync", "status").code == 0
    assert query("SELECT store_name IS NOT NULL FROM ecwid_profile") == [(1,)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a database: --to sqlite:///shop.db"),
        (("--to", "shop.db"), "--to takes a URL"),
        (("--to", "mysql://host/name"), "Supported are sqlite"),
        (("--to", "sqlite:///a.db", "--watch", "5"), "--watch takes a number"),
        (("--to", "sqlite:///a.db", "--only", "prodcts"), "Did you mean products?"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_created(
    ecwid, sandbox, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    outcome = ecwid("sync", *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_needed(ecwid, url):
    outcome = ecwid("sync", "--to", url)
    assert outcome.code == 2
    assert "ECWID_STORE_ID and ECWID_TOKEN are not set" in outcome.err


def test_a_dead_token_keeps_what_was_stored(ecwid, url, mirrored, monkeypatch, query):
    monkeypatch.setenv("ECWID_TOKEN", "secret_other")
    outcome = ecwid("sync", "--to", url)
    assert outcome.code == 3
    assert "secret_other" not in outcome.err
    assert query("SELECT count(*) FROM ecwid_products") == [(20,)]


def test_a_store_that_another_process_synchronizes_is_left_to_it(ecwid, url, mirrored, query):
    query("UPDATE ecwid_stores SET owner = 'another-host:1', lease_until = ?", time.time() + 1000)
    outcome = ecwid("sync", "--to", url)
    assert outcome.code == 4
    assert "another-host:1" in outcome.err


@pytest.mark.parametrize("command", [("sync",), ("sync", "status"), ("sync", "verify")])
def test_the_password_of_a_database_is_not_printed(ecwid, mirrored, command):
    outcome = ecwid(*command, "--to", "postgresql+psycopg://shop:hunter2@127.0.0.1:1/shop")
    assert outcome.code == 4
    assert "hunter2" not in outcome.out + outcome.err
    assert outcome.err.count("\n") == 1


def test_without_sqlalchemy_one_line_says_what_to_install(tmp_path):
    code = "import sys; sys.modules['sqlalchemy'] = None; from ecwid_async.cli import main; main()"
    process = run_python(
        code.replace("main()", "sys.argv = ['ecwid', 'sync', '--sandbox', '--to', 'sqlite:///a.db']; main()"), tmp_path
    )
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "pip install 'ecwid-async[sync]'" in process.stderr


def test_a_failure_without_sqlalchemy_keeps_its_exit_code(tmp_path):
    code = """
import sys
sys.modules["sqlalchemy"] = None
from ecwid_async.cli.exit_codes import exit_code
assert exit_code(OSError()) == 5
"""
    assert run_python(code, tmp_path).returncode == 0


# --watch.


def test_a_watch_shows_each_change_until_it_is_interrupted(ecwid, url, sandbox, start, query):
    process = start("sync", "--to", url, "--watch", "1s", "--only", "products")
    assert "products 20 changed" in process.stderr.readline()
    (product,) = query("SELECT id FROM ecwid_products ORDER BY id LIMIT 1")[0]
    assert ecwid("call", "PUT", f"/products/{product}", "--data", '{"price": 12.34}').code == 0
    while "products 1 changed" not in (line := process.stderr.readline()):
        assert "no changes" in line
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err.splitlines()[-1] == "stopped"
    # The lease was released.
    assert report_of(ecwid, url, "--only", "products")["error"] == ""


def test_a_watch_prints_a_line_of_json_for_each_round(url, sandbox, start):
    process = start("sync", "--to", url, "--watch", "1s", "--only", "products", "--json")
    first, second = (json.loads(process.stdout.readline()) for _ in range(2))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert (first["changed"], second["changed"]) == (20, 0)
    assert (process.returncode, err) == (0, "")


def test_a_watch_goes_on_when_the_store_is_back(url, sandbox, start):
    sandbox.stores, stores = {}, sandbox.stores
    process = start("sync", "--to", url, "--watch", "1s", "--only", "products")
    assert "404" in process.stderr.readline()
    sandbox.stores = stores
    while "products 20 changed" not in (line := process.stderr.readline()):
        assert "404" in line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_an_interrupted_run_says_that_the_next_one_continues(url, sandbox, start):
    before = """
import asyncio, sys
from ecwid_async.sync import Mirror
async def sync(self, store, **options):
    print("started", file=sys.stderr, flush=True)
    await asyncio.sleep(60)
Mirror.sync = sync
"""
    process = start("sync", "--to", url, before=before)
    assert process.stderr.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.endswith("run the same command to continue.\n")


# Status.


def test_the_status_of_a_mirror_in_step_is_healthy(ecwid, url, mirrored):
    outcome = ecwid("sync", "status", "--to", url)
    assert (outcome.code, outcome.err) == (0, "")
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[0].startswith(f"Store {DEMO_STORE_ID} of http")
    assert any(line.startswith("products 20 0 ") and line.endswith(" ok") for line in lines)
    assert lines[-1] == "✓ in step"


def test_the_status_fits_a_narrow_terminal(mirrored, url):
    (status,) = asyncio.run(read_status(url))
    console = Console(width=60, file=io.StringIO())
    console.print(status_table(status))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert any(line.split()[:1] == ["checkout_extra_fields"] and line.endswith("ok") for line in lines)


async def read_status(url):
    async with Mirror(url) as mirror:
        return await mirror.status()


def test_the_status_of_a_file_without_a_mirror_is_an_error_that_leaves_it_alone(ecwid, tmp_path):
    (tmp_path / "other.db").touch()
    outcome = ecwid("sync", "status", "--to", f"sqlite:///{tmp_path / 'other.db'}")
    assert outcome.code != 0
    assert "has no tables of a mirror" in " ".join(outcome.err.split())
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_the_status_is_available_as_json_and_as_metrics(ecwid, url, mirrored):
    record = json.loads(ecwid("sync", "status", "--to", url, "--json").out)
    assert record["healthy"] is True
    assert record["stores"][0]["sections"]["products"]["rows"] == 20
    metrics = ecwid("sync", "status", "--to", url, "--prometheus")
    assert metrics.code == 0
    assert f'ecwid_mirror_rows{{store="{DEMO_STORE_ID}",section="products"}} 20' in metrics.out.splitlines()


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--prometheus",)])
def test_a_stale_mirror_has_an_exit_code_of_its_own(ecwid, url, mirrored, query, arguments):
    query("UPDATE ecwid_stores SET synced_at = synced_at - 7200")
    assert ecwid("sync", "status", "--to", url, *arguments).code == 6
    assert ecwid("sync", "status", "--to", url, "--stale-after", "3h", *arguments).code == 0


def test_missed_items_need_attention(ecwid, url, mirrored, query):
    query("UPDATE ecwid_section_states SET late = 2, loss_at = ? WHERE section = 'products'", time.time())
    outcome = ecwid("sync", "status", "--to", url)
    assert outcome.code == 6
    assert "products: a poll had missed items" in outcome.out


def test_a_database_without_a_store_needs_attention(ecwid, url, mirrored, query):
    query("DELETE FROM ecwid_stores")
    outcome = ecwid("sync", "status", "--to", url)
    assert outcome.code == 6
    assert "run ecwid sync" in outcome.out


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_missing_file_is_reported_and_not_created(ecwid, url, tmp_path, command):
    outcome = ecwid("sync", command, "--to", url)
    assert outcome.code == 2
    assert "run ecwid sync first" in outcome.err
    assert list(tmp_path.iterdir()) == []


# Verification.


def test_a_mirror_in_step_is_equal_to_its_store(ecwid, url, mirrored):
    outcome = ecwid("sync", "verify", "--to", url)
    assert outcome.code == 0
    assert any(line.split() == ["products", "20", "0", "equal"] for line in outcome.out.splitlines())
    assert json.loads(ecwid("sync", "verify", "--to", url, "--json").out)["equal"] is True


def test_a_difference_is_named(ecwid, url, mirrored, query):
    (product,) = query("SELECT id FROM ecwid_products ORDER BY id LIMIT 1")[0]
    query("DELETE FROM ecwid_products WHERE id = ?", product)
    outcome = ecwid("sync", "verify", "--to", url, "--only", "products")
    assert outcome.code == 6
    assert f"products {product}: is not in the mirror" in outcome.out
