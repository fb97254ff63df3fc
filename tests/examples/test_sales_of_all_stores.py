"""`examples/sales_of_all_stores.py`: rows of all stores, broken stores, and the run after that."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.sandbox.seed import DEMO_STORE_ID, DemoStores, demo_stores
from ecwid_async.sandbox.server import serve_in_thread
from tests.examples.jobs import main_of, run_process
from tests.examples.running_app import EXAMPLES

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel")

NAME = "sales_of_all_stores.py"
DAY = date(2019, 1, 1)  # demo stores have their first orders at the beginning of this day in UTC
WESTERN_STORE = DEMO_STORE_ID + 1


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch, no_rate_limit: None) -> Iterator[DemoStores]:
    found = demo_stores(12, broken=2, orders=20, requests_per_minute=None)
    western = found.sandbox.stores[WESTERN_STORE]
    western.profile = {**western.profile, "formatsAndUnits": {"currency": "USD", "timezone": "America/New_York"}}
    with serve_in_thread(found.sandbox) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        yield found


@pytest.fixture
def stores_file(stores: DemoStores, tmp_path: Path) -> Path:
    file = tmp_path / "stores.txt"
    file.touch(0o600)
    file.write_text("".join(f"{store_id} {token}\n" for store_id, token in stores.tokens.items()))
    return file


def rows_of(file: Path) -> dict[int, dict[str, str]]:
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = {int(row["store_id"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def paid_orders(stores: DemoStores, store_id: int) -> list[dict[str, Any]]:
    table = stores.sandbox.stores[store_id].table("orders")
    orders = filter(None, map(table.get, table))
    return [order for order in orders if order["paymentStatus"] in ("PAID", "PARTIALLY_REFUNDED")]


def test_each_store_gets_a_row_and_broken_ones_are_named(stores: DemoStores, stores_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "sales.csv"
    done = run_process(NAME, str(stores_file), "--out", str(out), "--day", str(DAY))
    assert done.returncode == 1
    assert done.stdout == "10 stores read, 2 failed, 0 had a row\n"
    named = sorted(int(line.split()[1].rstrip(":")) for line in done.stderr.splitlines())
    assert named == sorted(stores.broken)
    assert "secret_demo" not in done.stderr
    rows = rows_of(out)
    assert sorted(rows) == sorted(stores.tokens.keys() - stores.broken.keys())
    for store_id in rows.keys() - {WESTERN_STORE}:
        orders = [each for each in paid_orders(stores, store_id) if each["createDate"].startswith(str(DAY))]
        sales = sum(Decimal(str(each["total"])) - Decimal(str(each.get("refundedAmount", 0))) for each in orders)
        assert orders
        assert rows[store_id] == {
            "store_id": str(store_id),
            "day": str(DAY),
            "orders": str(len(orders)),
            "sales": str(sales),
            "currency": "EUR",
        }
    # There, that was still the day before.
    assert (rows[WESTERN_STORE]["orders"], rows[WESTERN_STORE]["currency"]) == ("0", "USD")


def test_another_run_reads_only_the_stores_without_a_row(
    stores: DemoStores, stores_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main, out = main_of(NAME), tmp_path / "sales.csv"
    arguments = [str(stores_file), "--out", str(out)]
    day = ["--day", str(DAY - timedelta(days=1))]
    assert main([*arguments, *day]) == 1
    assert rows_of(out)[WESTERN_STORE]["orders"] != "0"
    capsys.readouterr()
    for store_id, problem in stores.broken.items():
        store = stores.sandbox.stores[store_id]
        if problem == "suspended":
            store.suspended = False
        else:
            store.add_token(stores.tokens[store_id])
    assert main([*arguments, *day]) == 0
    assert capsys.readouterr().out == "2 stores read, 0 failed, 10 had a row\n"
    assert rows_of(out).keys() == stores.tokens.keys()
    # Another day has rows of its own in the same file.
    assert main([*arguments, "--day", str(DAY)]) == 0
    assert capsys.readouterr().out == "12 stores read, 0 failed, 0 had a row\n"


def test_a_store_with_a_wrong_time_zone_stops_no_others(
    stores: DemoStores, stores_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python raises four kinds of errors for them."""
    wrong = {DEMO_STORE_ID: "America", WESTERN_STORE: "../UTC", DEMO_STORE_ID + 2: "No/Where", DEMO_STORE_ID + 4: "\0"}
    for store_id, timezone in wrong.items():
        store = stores.sandbox.stores[store_id]
        store.profile = {**store.profile, "formatsAndUnits": {"currency": "EUR", "timezone": timezone}}
    out = tmp_path / "sales.csv"
    assert main_of(NAME)([str(stores_file), "--out", str(out), "--day", str(DAY)]) == 1
    named = {int(line.split()[1].rstrip(":")) for line in capsys.readouterr().err.splitlines()}
    assert named == wrong.keys() | stores.broken.keys()
    assert rows_of(out).keys() == stores.tokens.keys() - named


def test_a_day_that_is_not_over_has_no_row_yet(
    stores: DemoStores, stores_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, tomorrow = tmp_path / "sales.csv", datetime.now(UTC).date() + timedelta(days=1)
    assert main_of(NAME)([str(stores_file), "--out", str(out), "--day", str(tomorrow)]) == 1
    assert f"{tomorrow} is not over in the time zone America/New_York" in capsys.readouterr().err
    assert rows_of(out) == {}


@pytest.mark.parametrize("last", ["1003,2019-01-01,1", "1003,2019-01-01,1,5,EUR", None])
def test_a_row_that_was_written_in_part_is_not_continued(
    stores_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], last: str | None
) -> None:
    """A full disk leaves such a row. Another one would be appended to it, and its store would count as read."""
    out = tmp_path / "sales.csv"
    text = "something,else\n" if last is None else f"store_id,day,orders,sales,currency\n{last}"
    out.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main_of(NAME)([str(stores_file), "--out", str(out), "--day", str(DAY)])
    assert ended.value.code == 2
    assert "sales.csv has other columns, or an incomplete last line" in capsys.readouterr().err
    assert out.read_text() == text


def test_settings_are_checked(stores_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main, out = main_of(NAME), str(tmp_path / "sales.csv")
    stores_file.chmod(0o644)
    with pytest.raises(SystemExit) as ended:
        main([str(stores_file), "--out", out])
    assert ended.value.code == 2
    assert "chmod 600" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main([str(stores_file), "--out", out, "--day", "yesterday"])
    assert ended.value.code == 2
