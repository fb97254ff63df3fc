"""`examples/update_prices.py`: a dry run, a run, a repeated run, and files with errors."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ecwid_async.sandbox import Fault, Sandbox
from ecwid_async.sandbox.server import serve_in_thread
from tests.examples.jobs import main_of, run_process, use_store
from tests.examples.running_app import EXAMPLES, STORE, TOKEN

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel")

NAME = "update_prices.py"
PRODUCTS = [
    {"id": 1, "sku": "MUG", "name": "Mug", "price": 12.5},
    {
        "id": 2,
        "sku": "SHIRT",
        "name": "Shirt",
        "price": 20,
        "combinations": [
            {"id": 7, "combinationNumber": 1, "sku": "SHIRT-S", "options": [], "price": 19},
            {"id": 8, "combinationNumber": 2, "sku": "SHIRT-M", "options": []},
            {"id": 9, "combinationNumber": 3, "options": []},
        ],
    },
    {"id": 3, "sku": "CUP", "name": "Cup", "price": 5},
]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, no_rate_limit: None) -> Iterator[Sandbox]:
    sandbox = Sandbox(requests_per_minute=None)
    store = sandbox.add_store(STORE, token=TOKEN)
    store.profile = {"generalInfo": {"storeId": STORE}}
    store.load("products", PRODUCTS)
    with serve_in_thread(sandbox) as server:
        use_store(monkeypatch, server.base_url, token=TOKEN)
        yield sandbox


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., str]:
    """Write lines to a file, and return its path."""

    def write(*lines: str, encoding: str = "utf-8") -> str:
        file = tmp_path / "prices.csv"
        file.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
        return str(file)

    return write


def prices(sandbox: Sandbox) -> dict[str, Decimal]:
    found = {}
    table = sandbox.stores[STORE].table("products")
    for product in filter(None, map(table.get, table)):
        for item in (product, *product.get("combinations", ())):
            if "sku" in item and "price" in item:
                found[item["sku"]] = Decimal(str(item["price"]))
    return found


def test_a_run_changes_what_differs_and_a_dry_run_nothing(
    sandbox: Sandbox, csv_file: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = csv_file(
        "sku,name,price", "MUG,Mug,11.95", "SHIRT-S,,18", "SHIRT-M,,21.50", "CUP,Cup,5.00", encoding="utf-8-sig"
    )
    before = prices(sandbox)
    dry = run_process(NAME, file)
    assert (dry.returncode, dry.stderr) == (0, "")
    shown = ["MUG: 12.5 -> 11.95", "SHIRT-M: no own price -> 21.50", "SHIRT-S: 19 -> 18"]
    assert sorted(dry.stdout.splitlines()[:-1]) == shown
    assert dry.stdout.endswith("4 prices read, 3 differ, 0 changed, 0 failed\n")
    assert prices(sandbox) == before

    main = main_of(NAME)
    assert main([file, "--apply"]) == 0
    assert "4 prices read, 3 differ, 3 changed, 0 failed" in capsys.readouterr().out
    assert prices(sandbox) == {
        "MUG": Decimal("11.95"),
        "SHIRT": 20,
        "SHIRT-S": 18,
        "SHIRT-M": Decimal("21.5"),
        "CUP": 5,
    }
    sandbox.requests.clear()
    assert main([file, "--apply"]) == 0
    assert "4 prices read, 0 differ, 0 changed, 0 failed" in capsys.readouterr().out
    assert set(sandbox.requests.counts()) == {"GET /products"}


def test_a_file_with_errors_changes_nothing(
    sandbox: Sandbox, csv_file: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    before, main = prices(sandbox), main_of(NAME)
    bad = ["MUG,1", "CUP,-2", "SHIRT,1e3", "SHIRT-S,NaN", ",7", "SHIRT-M", "SHIRT,12,50"]
    assert main([csv_file("sku,price", "MUG,11", "MUG,10", "TEAPOT,30", *bad), "--apply"]) == 2
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [
        "line 3: the SKU MUG is in line 2, too",
        "line 5: the SKU MUG is in line 2, too",
        "line 6: 'CUP' and '-2' are not an SKU and a price such as 12.50",
        "line 7: 'SHIRT' and '1e3' are not an SKU and a price such as 12.50",
        "line 8: 'SHIRT-S' and 'NaN' are not an SKU and a price such as 12.50",
        "line 9: '' and '7' are not an SKU and a price such as 12.50",
        "line 10: 'SHIRT-M' and '' are not an SKU and a price such as 12.50",
        "line 11: 'SHIRT' and '12,50' are not an SKU and a price such as 12.50",
        "line 4: nothing in the store has the SKU TEAPOT",
        "nothing was changed",
    ]
    for lines in [("SKU;Preis", "MUG;11"), ("MUG,11",), ("sku,price,price", "MUG,11,12"), ()]:
        assert main([csv_file(*lines), "--apply"]) == 2
        assert "line 1: must have the names of the columns: sku,price" in capsys.readouterr().err
    assert main([csv_file("sku,price", "MÜG,11", encoding="latin-1"), "--apply"]) == 2
    assert "'utf-8' codec can't decode" in capsys.readouterr().err
    assert prices(sandbox) == before


def test_failures_are_reported_and_a_repeated_run_does_the_rest(
    sandbox: Sandbox, csv_file: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main = main_of(NAME)
    file = csv_file("sku,price", "MUG,11", "CUP,6")
    sandbox.faults.add(Fault(request="POST /batch", status=403, error_code="INSUFFICIENT_APP_SCOPE"))
    assert main([file, "--apply"]) == 1
    printed = capsys.readouterr()
    assert "2 differ, 0 changed, 2 failed" in printed.out
    assert printed.err.count("MUG: ") == printed.err.count("CUP: ") == 1
    assert main([file, "--apply"]) == 0
    assert prices(sandbox)["CUP"] == 6

    monkeypatch.setenv("ECWID_TOKEN", "secret_wrong")
    assert main([file]) == 1
    assert "INVALID_API_TOKEN" in capsys.readouterr().err
    assert main([file + ".missing"]) == 2
    assert "No such file" in capsys.readouterr().err
