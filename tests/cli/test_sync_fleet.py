"""``ecwid sync`` with several stores, and the commands for single stores of a fleet."""

import asyncio
import json
import shutil
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from ecwid_async.cli.app import run
from ecwid_async.sandbox.seed import DEMO_STORE_ID, demo_stores, demo_token
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.tokens import SQLTokens, new_key

REFUSED = DEMO_STORE_ID + 1
"""The store whose token is not valid."""
SECTIONS = ("--only", "profile,products")


@pytest.fixture(scope="module")
def demo():
    """Three small demo stores, of which one has an invalid token, and their base URL."""
    demo = demo_stores(3, broken=1, products=5, orders=3, customers=2, carts=1, requests_per_minute=None)
    assert list(demo.broken) == [REFUSED]
    with serve_in_thread(demo.sandbox) as server:
        yield demo, server.base_url


@pytest.fixture
def stores(demo, tmp_path, monkeypatch, no_rate_limit):
    """The path of a file with the tokens of the stores, to whose server the environment points."""
    stores, base_url = demo
    monkeypatch.setenv("ECWID_BASE_URL", base_url)
    return write_tokens(tmp_path / "stores.txt", stores.tokens)


def write_tokens(file, tokens):
    file.touch(0o600)
    file.write_text("".join(f"{store_id} {token}\n" for store_id, token in tokens.items()))
    return file


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'fleet.db'}"


@pytest.fixture
def query(tmp_path):
    def execute(statement, *parameters):
        with closing(sqlite3.connect(tmp_path / "fleet.db")) as connection, connection:
            return connection.execute(statement, parameters).fetchall()

    return execute


@pytest.fixture(scope="module")
def mirrored_database(demo, tmp_path_factory):
    stores, base_url = demo
    folder = tmp_path_factory.mktemp("fleet")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("ECWID_BASE_URL", base_url)
        file = write_tokens(folder / "stores.txt", stores.tokens)
        path = folder / "fleet.db"
        assert run(["sync", "--stores", str(file), "--to", f"sqlite:///{path}", "--quiet", *SECTIONS]) == 6
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def mirrored(mirrored_database, tmp_path):
    """A copy of the mirror of the three stores."""
    shutil.copy(mirrored_database, tmp_path / "fleet.db")


def test_all_stores_of_a_file_are_mirrored_and_a_broken_one_needs_attention(ecwid, stores, url, query):
    outcome = ecwid("sync", "--stores", stores, "--to", url, *SECTIONS)
    assert outcome.code == 6
    assert "3 stores in " in outcome.out
    assert "2 ok, 1 refused" in outcome.out
    assert f"store {REFUSED} refused, tried again in 15 min: " in outcome.err
    assert demo_token(REFUSED) not in outcome.err
    assert [row[0] for row in query("SELECT store_id FROM ecwid_profile ORDER BY store_id")] == [1003, 1005]


def test_stores_of_the_environment_that_all_work_are_a_success(ecwid, stores, url, monkeypatch, query):
    for store_id in (1003, 1005):
        monkeypatch.setenv(f"ECWID_TOKEN_{store_id}", demo_token(store_id))
    outcome = ecwid("sync", "--store", 1003, "--store", 1005, "--to", url, *SECTIONS)
    assert (outcome.code, "2 stores in " in outcome.out) == (0, True)


def test_a_quiet_run_prints_errors_only(ecwid, stores, url):
    outcome = ecwid("sync", "--stores", stores, "--to", url, "--quiet", *SECTIONS)
    assert (outcome.code, outcome.out) == (6, "")
    assert outcome.err.startswith(f"ecwid: store {REFUSED}: ")
    assert outcome.err.count("\n") == 1


def test_each_slice_is_a_line_of_json(ecwid, stores, url):
    outcome = ecwid("sync", "--stores", stores, "--to", url, "--json", *SECTIONS)
    listed, *slices, end = map(json.loads, outcome.out.splitlines())
    assert listed == {"event": "listed", "stores": 3, "removed": 0}
    outcomes = {record["store_id"]: record["outcome"] for record in slices}
    assert outcomes == {1003: "ok", REFUSED: "refused", 1005: "ok"}
    (refused,) = (record for record in slices if record["outcome"] == "refused")
    assert (refused["report"], refused["retry_in"]) == (None, 900.0)
    assert "INVALID_API_TOKEN" in refused["error"]
    assert (end["event"], end["outcomes"]["ok"], list(end["errors"])) == ("end", 2, [str(REFUSED)])


@pytest.mark.parametrize("arguments", [("--stores-from-database",), ("--stores-query", "SELECT 1003")])
def test_tokens_can_be_in_a_database(ecwid, stores, url, tmp_path, monkeypatch, query, arguments):
    key = new_key()
    monkeypatch.setenv("ECWID_TOKEN_DATABASE", f"sqlite:///{tmp_path / 'tokens.db'}")
    monkeypatch.setenv("ECWID_TOKEN_KEYS", key)

    async def put():
        async with SQLTokens(f"sqlite:///{tmp_path / 'tokens.db'}", keys=[key]) as tokens:
            await tokens.put(1003, demo_token(1003))

    asyncio.run(put())
    outcome = ecwid("sync", *arguments, "--to", url, *SECTIONS)
    assert (outcome.code, "1 ok" in outcome.out) == (0, True)
    assert query("SELECT store_id FROM ecwid_profile") == [(1003,)]
    verified = ecwid("sync", "verify", "--to", url, "--store", 1003, *SECTIONS)
    assert verified.code == 0, verified.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sandbox",), "--sandbox is a single store"),
        (("--confirm-deletions", "products"), "ecwid sync confirm-deletions"),
        (("--stores-from-database",), "either in a database, or named"),
        (("--stores-from-database", "--stores-query", "SELECT 1"), "exclude each other"),
        (("--name", "Shops"), "FleetSettings.name"),
        (("--store", "1999"), "there is no token for store 1999"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_created(ecwid, stores, url, tmp_path, arguments, message):
    outcome = ecwid("sync", "--stores", stores, "--to", url, *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert not (tmp_path / "fleet.db").exists()


def test_options_of_several_stores_need_some(ecwid, stores, url):
    outcome = ecwid("sync", "--to", url, "--stores-at-once", 3)
    assert (outcome.code, "add --stores FILE" in outcome.err) == (2, True)


def test_a_watch_of_several_stores_ends_with_ctrl_c(stores, url, start, query):
    process = start("sync", "--stores", stores, "--to", url, "--watch", "60s", *SECTIONS)
    while f"store {REFUSED} refused" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err.splitlines()[-1].startswith("stopped: ")
    assert query("SELECT count(*) FROM ecwid_stores WHERE lease_until > ?", time.time()) == [(0,)]


def test_an_interrupted_run_lets_its_slices_end(url, stores, start, query):
    before = """
import asyncio, sys
from ecwid_async.sync import Mirror, SyncReport
async def sync(self, store, *, should_pause, **options):
    print("reading", file=sys.stderr, flush=True)
    while not should_pause():
        await asyncio.sleep(0.01)
    return SyncReport(store_id=store.store_id, complete=False)
Mirror.sync = sync
"""
    process = start("sync", "--stores", stores, "--to", url, before=before)
    while process.stderr.readline() != "reading\n":
        pass
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143
    assert err.endswith("run the same command to continue.\n")
    assert query("SELECT count(*) FROM ecwid_store_schedule WHERE condition = 'continues'")[0][0] > 0
    assert query("SELECT count(*) FROM ecwid_store_schedule WHERE claimed_until IS NOT NULL") == [(0,)]


def test_a_second_ctrl_c_ends_at_once(url, stores, start):
    before = """
import asyncio, sys
from ecwid_async.sync import Mirror
async def sync(self, store, **options):
    print("reading", file=sys.stderr, flush=True)
    await asyncio.sleep(600)
Mirror.sync = sync
"""
    process = start("sync", "--stores", stores, "--to", url, "--watch", "60s", before=before)
    while process.stderr.readline() != "reading\n":
        pass
    process.send_signal(signal.SIGINT)
    while "Ctrl-C again stops at once" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


# Status.


def test_the_status_of_a_fleet_has_totals_and_the_stores_with_problems(ecwid, url, mirrored):
    outcome = ecwid("sync", "status", "--to", url)
    assert (outcome.code, outcome.err) == (6, "")
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert lines[0] == "Fleet default: 3 stores, every 60 s"
    assert "2 ok, 0 continuing, 0 new, 0 failing, 1 refused" in lines
    assert any(line.startswith(f"{REFUSED} refused again in ") for line in lines)
    assert not any("products" in line for line in lines)


def test_one_store_of_a_fleet_is_shown_in_full(ecwid, url, mirrored):
    outcome = ecwid("sync", "status", "--to", url, "--store", 1003)
    assert outcome.code == 0
    assert outcome.out.startswith("Store 1003 of http")
    assert any(line.split()[:1] == ["products"] and line.endswith("ok") for line in outcome.out.splitlines())
    assert "1005" not in outcome.out


def test_all_stores_can_be_shown_in_full(ecwid, url, mirrored):
    out = ecwid("sync", "status", "--to", url, "--all").out
    assert all(f"Store {store_id} of http" in out for store_id in (1003, 1005))


def test_a_store_that_is_stale_is_a_line(ecwid, url, mirrored, query):
    query("UPDATE ecwid_stores SET synced_at = synced_at - 7200 WHERE store_id = 1005")
    outcome = ecwid("sync", "status", "--to", url)
    assert "! store 1005: was last synced 2 hours ago: is the sync running?" in outcome.out
    assert "1 of 2 stores need attention" in outcome.out


def test_stores_whose_first_round_has_not_ended_are_one_line(ecwid, url, mirrored, query):
    query("UPDATE ecwid_stores SET synced_at = NULL")
    lines = ecwid("sync", "status", "--to", url).out.splitlines()
    assert [line for line in lines if "first round" in line] == ["! 2 stores: the first round has not ended yet"]


def test_the_status_of_a_fleet_is_available_as_json_and_as_metrics(ecwid, url, mirrored):
    record = json.loads(ecwid("sync", "status", "--to", url, "--json").out)
    assert (record["healthy"], record["complete"], record["stores_total"]) == (False, True, 2)
    assert record["fleets"][0]["totals"]["refused"] == 1
    assert [store["store_id"] for store in record["stores"]] == [1003, 1005]
    lines = ecwid("sync", "status", "--to", url, "--prometheus").out.splitlines()
    assert 'ecwid_fleet_stores{fleet="default",condition="refused"} 1' in lines
    assert "ecwid_mirror_stores 2" in lines
    assert 'ecwid_mirror_healthy{store="1003"} 1' in lines


def test_metrics_of_many_stores_have_only_those_with_problems(ecwid, url, mirrored, query, monkeypatch):
    monkeypatch.setattr("ecwid_async.cli.sync_status._MAX_RECORDS", 1)
    query("UPDATE ecwid_stores SET error = 'the token is dead' WHERE store_id = 1005")
    lines = ecwid("sync", "status", "--to", url, "--prometheus").out.splitlines()
    assert [line for line in lines if line.startswith("ecwid_mirror_healthy")] == [
        'ecwid_mirror_healthy{store="1005"} 0'
    ]
    assert "ecwid_mirror_unhealthy_stores 1" in lines


# Single stores.


def test_a_store_that_was_woken_is_due(ecwid, url, mirrored, query):
    due = "SELECT store_id FROM ecwid_store_schedule WHERE due_at <= ? ORDER BY store_id"
    assert query(due, time.time()) == []
    outcome = ecwid("sync", "wake", REFUSED, 1003, "--to", url)
    assert (outcome.code, outcome.out) == (0, "2 stores are due now\n")
    assert query(due, time.time()) == [(1003,), (REFUSED,)]


def test_a_store_that_is_in_no_fleet_cannot_be_woken(ecwid, url, mirrored):
    outcome = ecwid("sync", "wake", 1003, 9, "--to", url)
    assert (outcome.code, outcome.out) == (2, "1 store is due now\n")
    assert "not in a fleet of this database: 9" in outcome.err


def test_items_can_be_marked(ecwid, url, mirrored, query):
    outcome = ecwid("sync", "mark", 1003, "products", 400000001, 400000002, "--to", url)
    assert (outcome.code, outcome.out) == (0, "2 items marked\n")
    assert query("SELECT store_id, section, count(*) FROM ecwid_due_items GROUP BY 1, 2") == [(1003, "products", 2)]
    assert query("SELECT store_id FROM ecwid_store_schedule WHERE woken_at IS NOT NULL") == [(1003,)]


def test_stopped_deletions_of_a_store_can_be_confirmed(ecwid, url, mirrored, query):
    assert ecwid("sync", "confirm-deletions", 1003, "products", "--to", url).code == 2
    query(
        "UPDATE ecwid_section_states SET reconcile_stopped = '300 gone' WHERE store_id = 1003 AND section = 'products'"
    )
    assert ecwid("sync", "confirm-deletions", 1003, "products", "--to", url).code == 0
    assert query("SELECT store_id FROM ecwid_section_states WHERE confirmed_at IS NOT NULL") == [(1003,)]
