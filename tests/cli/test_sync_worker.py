"""``ecwid sync worker``: one command that creates everything, with tokens from a file or the database."""

import json
import signal

import pytest

pytest.importorskip("procrastinate", reason="needs the extra `worker`")

from ecwid_async.cli.sync_worker import _limit_of
from ecwid_async.cli.sync_worker_display import WorkerDisplay
from ecwid_async.sandbox.seed import demo_stores
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.sync import FleetProblem
from ecwid_async.tokens import new_key
from tests.sync.worker.shops import Database


@pytest.fixture
def stores(monkeypatch):
    """Three demo stores, one of which has a token that is not accepted."""
    found = demo_stores(3, broken=1, products=3, orders=2, customers=2, carts=1, categories=1, requests_per_minute=None)
    with serve_in_thread(found.sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        yield found


@pytest.fixture
def token_file(stores, tmp_path):
    file = tmp_path / "stores.txt"
    file.touch(mode=0o600)
    file.write_text("".join(f"{store_id} {token}\n" for store_id, token in stores.tokens.items()))
    return str(file)


def read_outcomes(process, count):
    """The last outcome of each of so many stores."""
    found = {}
    while len(found) < count or "continues" in found.values():
        slice_ = json.loads(process.stdout.readline())
        found[slice_["store_id"]] = slice_["outcome"]
    return found


def test_one_command_creates_everything_and_ends_gracefully(
    stores, token_file, postgresql_url, ecwid, start, monkeypatch
):
    url = postgresql_url.replace("+psycopg", "")
    monkeypatch.setenv("ECWID_TOKEN_KEYS", str.__str__(new_key()))
    assert ecwid("tokens", "import", token_file, "--database", url).code == 0
    process = start("sync", "worker", "--to", url, "--json", "--only", "products,orders")
    outcomes = read_outcomes(process, 3)
    assert sorted(outcomes.values()) == ["ok", "ok", "refused"]
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    # Its own line, and nothing of the libraries.
    (line,) = err.splitlines()
    assert line.startswith(f"ecwid: store {next(iter(stores.broken))}: ")
    assert "INVALID_API_TOKEN" in line
    database = Database(postgresql_url)
    assert {status for _, status in database.jobs()} <= {"todo"}
    assert database.execute("SELECT id FROM procrastinate_workers") == []
    texts = database.texts()
    assert "ecwid_tokens" in texts
    assert [token for token in stores.tokens.values() if token in texts] == []


def test_tokens_come_from_a_file(stores, token_file, postgresql_url, start):
    process = start("sync", "worker", "--to", postgresql_url, "--stores", token_file, "--only", "products")
    assert "INVALID_API_TOKEN" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert err.splitlines()[0] == "stopping"
    assert err.splitlines()[-1].startswith("stopped after ")


def test_options_that_do_not_fit_are_refused(ecwid, tmp_path):
    to = ("sync", "worker", "--to", "postgresql://somebody@/nowhere")
    for arguments, message in (
        (("sync", "worker", "--to", "sqlite:///shop.db"), "workers share a database in PostgreSQL"),
        ((*to, "--redis", "redis://host", "--processes-per-address", 2), "either divided or shared"),
        ((*to, "--redis", "http://:hunter2@host", "--stores", tmp_path / "stores.txt"), "not a valid URL of Redis"),
        ((*to, "--every", "soon"), "--every takes a number"),
    ):
        (tmp_path / "stores.txt").touch(mode=0o600)
        outcome = ecwid(*arguments)
        assert outcome.code == 2
        assert message in outcome.err
        assert "hunter2" not in outcome.err


def test_a_problem_that_many_stores_meet_at_once_is_shown_once(capsys):
    display = WorkerDisplay(title="", stores_at_once=50, shown=True, json=False)
    for error in ("The database is away.", "It restarts", "The database is away."):
        display.show_event(FleetProblem(kind="database", error=error, retry_in=5.0))
    assert capsys.readouterr().err.splitlines() == [
        "ecwid: The database is away. Next try in 5 s.",
        "ecwid: It restarts. Next try in 5 s.",
    ]


def test_processes_divide_the_limit_of_their_address():
    quota = _limit_of(4)
    assert quota is not None
    assert (quota.ceiling, quota.requests) == (22.5, 600)
