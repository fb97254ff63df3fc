"""`examples/export_to_polars.py`: its tables and its picture, where an event loop runs, as in a notebook."""

import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ecwid_async.sandbox.seed import DEMO_STORE_ID, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from tests.examples.jobs import use_store
from tests.examples.running_app import EXAMPLES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel"),
]

# As a notebook does: in a running event loop. It prints the tables as CSV, too.
NOTEBOOK = """
import asyncio, runpy, sys

async def run():
    return runpy.run_path(sys.argv[1], run_name="__main__")

names = asyncio.run(run())
print("---")
print(names["months"].write_csv(), end="")
print("---")
print(names["products"].select("sku", "quantity").write_csv(), end="")
"""


ITEMS = [{"name": "A $mug{", "quantity": 2, "price": 5}, {"quantity": 1, "price": 1}]
ORDER = {"orderNumber": 1, "id": "A", "paymentStatus": "PAID", "total": 11, "createDate": "2024-03-01 10:00:00 +0000"}


@pytest.mark.parametrize("orders", [[], [{**ORDER, "items": ITEMS}]])
def test_a_store_may_have_no_orders_and_items_no_sku(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, orders: list[dict[str, Any]]
) -> None:
    for name in ("matplotlib", "polars", "pyarrow"):
        pytest.importorskip(name)
    sandbox = demo_sandbox(products=1, orders=0, requests_per_minute=None)
    sandbox.stores[DEMO_STORE_ID].load("orders", orders)
    monkeypatch.setenv("MPLBACKEND", "agg")
    with serve_in_thread(sandbox) as server:
        use_store(monkeypatch, server.base_url)
        command = [sys.executable, "-W", "error", str(EXAMPLES / "export_to_polars.py")]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("A $mug{" in done.stdout) is bool(orders)
    assert (tmp_path / "sales.png").exists()


def test_its_tables_add_up_and_its_picture_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib", "polars", "pyarrow"):
        pytest.importorskip(name)
    sandbox = demo_sandbox(products=30, orders=60, requests_per_minute=None)
    monkeypatch.setenv("MPLBACKEND", "agg")
    with serve_in_thread(sandbox) as server:
        use_store(monkeypatch, server.base_url)
        command = [sys.executable, "-W", "error", "-c", NOTEBOOK, str(EXAMPLES / "export_to_polars.py")]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    _, months, products = done.stdout.split("---\n")

    orders: dict[str, int] = defaultdict(int)
    sales: dict[str, Decimal] = defaultdict(Decimal)
    sold: dict[str, int] = defaultdict(int)
    table = sandbox.stores[DEMO_STORE_ID].table("orders")
    for order in filter(None, map(table.get, table)):
        if order["paymentStatus"] in ("PAID", "PARTIALLY_REFUNDED"):
            created = datetime.strptime(order["createDate"], "%Y-%m-%d %H:%M:%S %z")
            month = created.astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%Y-%m-01")
            orders[month] += 1
            sales[month] += Decimal(str(order["total"])) - Decimal(str(order.get("refundedAmount", 0)))
            for item in order["items"]:
                sold[item["sku"]] += item["quantity"]
    lines = [line.split(",") for line in months.splitlines()[1:]]
    assert {month: int(count) for month, count, _ in lines} == orders
    assert {month: round(Decimal(total), 2) for month, _, total in lines} == sales
    best = dict(line.split(",") for line in products.splitlines()[1:])
    assert len(best) == 10
    assert {sku: int(count) for sku, count in best.items()}.items() <= sold.items()
    picture = (tmp_path / "sales.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000
