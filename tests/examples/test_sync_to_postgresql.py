"""`examples/sync_to_postgresql.py` as cron runs it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ecwid_async import Ecwid, EcwidError, NotSent, Store
from ecwid_async.sandbox import Fault, Sandbox
from ecwid_async.sandbox.seed import demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.sync import Mirror
from ecwid_async.wire import Options, Request
from tests.examples.jobs import main_of, run_process, use_store
from tests.examples.running_app import EXAMPLES
from tests.postgresql import PostgreSQL

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel")

NAME = "sync_to_postgresql.py"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, no_rate_limit: None) -> Iterator[Sandbox]:
    small = demo_sandbox(products=20, orders=10, customers=8, carts=3, categories=4, requests_per_minute=None)
    with serve_in_thread(small) as server:
        use_store(monkeypatch, server.base_url)
        yield small


@pytest.fixture
def sqlite_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same mirror in a file, which is quicker."""
    monkeypatch.setenv("ECWID_SYNC_URL", f"sqlite:///{tmp_path / 'shop.db'}")


def fail(monkeypatch: pytest.MonkeyPatch, error: EcwidError) -> None:
    """Let the next syncs fail."""

    async def sync(mirror: Mirror, store: Store) -> None:
        raise error

    monkeypatch.setattr(Mirror, "sync", sync)


@pytest.mark.slow
async def test_a_run_stores_everything_and_prints_one_line(
    sandbox: Sandbox, postgresql_url: str, postgresql_server: PostgreSQL
) -> None:
    done = run_process(NAME, "--to", postgresql_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert " items stored, 0 deleted, " in done.stdout
    assert await postgresql_server.execute("SELECT count(*) FROM ecwid_products", "empty") == [(20,)]


@pytest.mark.usefixtures("sandbox", "sqlite_url")
def test_failures_are_reported_when_somebody_has_to_act(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main = main_of(NAME)
    no_network = NotSent("no connection", request=Request(method="GET", path="/", options=Options(operation="GET /")))
    with monkeypatch.context() as patched:
        fail(patched, no_network)
        assert main([]) == 1  # never synced
        assert "no connection" in capsys.readouterr().err
    assert main([]) == 0
    with monkeypatch.context() as patched:
        fail(patched, no_network)
        assert main([]) == 75
        printed = capsys.readouterr()
        assert "the next run tries again: " in printed.out
        assert printed.err == ""
        assert main(["--stale-after", "0"]) == 1
        assert "no connection" in capsys.readouterr().err
    monkeypatch.setenv("ECWID_TOKEN", "secret_wrong")
    assert main([]) == 1
    printed = capsys.readouterr()
    assert "INVALID_API_TOKEN" in printed.err
    assert "secret_wrong" not in printed.out + printed.err


@pytest.mark.usefixtures("sandbox")
async def test_overlapping_runs_do_nothing(postgresql_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    main, codes = main_of(NAME), list[int]()

    def run_another(_: object) -> None:
        if not codes:
            with ThreadPoolExecutor(1) as pool:  # this thread has a loop
                codes.append(pool.submit(main, ["--to", postgresql_url]).result())

    async with Ecwid() as ecwid, Mirror(postgresql_url) as mirror:
        report = await mirror.sync(ecwid.store(), on_progress=run_another)
    assert codes == [0]
    assert not report.failed
    printed = capsys.readouterr()
    assert " is synchronizing store 1003, and has reserved it" in printed.out
    assert printed.err == ""


@pytest.mark.usefixtures("sqlite_url")
def test_what_needs_attention_is_on_stderr(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.faults.add(Fault(request="GET /discount_coupons", status=404, times=100))
    assert main_of(NAME)([]) == 1
    printed = capsys.readouterr()
    assert "coupons: GET /discount_coupons returned 404" in printed.err
    assert " items stored" in printed.out


@pytest.mark.usefixtures("sandbox")
def test_a_database_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main_of(NAME)([])
    assert ended.value.code == 2
    assert "set ECWID_SYNC_URL" in capsys.readouterr().err
    assert main_of(NAME)(["--to", "postgresql+psycopg://nobody@127.0.0.1:1/none"]) == 1
    assert "Connection refused" in capsys.readouterr().err
