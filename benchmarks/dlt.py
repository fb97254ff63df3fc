"""The cost of loading a catalogue into DuckDB with dlt.

`ecwid_source` loads 100,000 products into an empty database in one process. The server is in another process, on
another core if there are several. Beside it are an export to Parquet of the same products, which is what reading and
converting them costs; the same load by appending instead of merging, which does not copy the rows from a staging table;
and the generic `rest_api` source of dlt, which loads dicts, on a part of the products. All figures are CPU times of the
client's process, DuckDB included: 100 µs per product are 10,000 products per second on one core.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from benchmarks.harness.catalogue_server import CatalogueServer, run_catalogue_server
from benchmarks.harness.report import RatioGoal, Table, ValueGoal, parse_arguments, print_report
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import dlt
from dlt.sources.rest_api import rest_api_source

from ecwid_async import Ecwid
from ecwid_async.export import export_store
from ecwid_async.sync.dlt import ecwid_source
from ecwid_async.tokens import MemoryTokens

EXPORT: Final = "export to Parquet"
ARROW: Final = "ecwid_source"
APPENDED: Final = "ecwid_source, appended"
GENERIC: Final = "rest_api of dlt"
STEPS: Final = ("read and convert", "normalize", "load")

_MAX_MICROSECONDS: Final = 100.0
_MEMORY: Final = "/dev/shm"  # other programs that write to a disk would disturb the figures


class _Sample:
    """CPU seconds of a run, of its steps, and of the server."""

    def __init__(self, server: CatalogueServer) -> None:
        self._server = server
        self.cpu = self.server_cpu = 0.0
        self.steps: dict[str, float] = {}

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Measure what is done inside."""
        server_cpu, cpu = self._server.usage()["cpu"], time.process_time()
        yield
        self.cpu = time.process_time() - cpu
        self.server_cpu = self._server.usage()["cpu"] - server_cpu


class _Runs:
    """The candidates. Each run reads the catalogue into new files."""

    def __init__(self, server: CatalogueServer, total: int, folder: Path) -> None:
        self._server, self._total, self._folder = server, total, folder
        self._numbers = count()

    def export(self) -> _Sample:
        sample = _Sample(self._server)
        with sample.measure():
            asyncio.run(self._export())
        return sample

    async def _export(self) -> None:
        async with Ecwid(base_url=self._server.url, quota=UNLIMITED_QUOTA) as ecwid:
            manifest = await export_store(
                ecwid.store(STORE_ID, TOKEN), ["products"], self._folder / f"{next(self._numbers)}.parquet"
            )
        _check(manifest.sections["products"].item_count, self._total)

    def arrow(self) -> _Sample:
        return self._load(self._new_source)

    def appended(self) -> _Sample:
        def new_source() -> Any:
            source = self._new_source()
            source.products.apply_hints(write_disposition="append")
            return source

        return self._load(new_source)

    def _new_source(self) -> Any:
        ecwid = Ecwid(base_url=self._server.url, quota=UNLIMITED_QUOTA, tokens=MemoryTokens({STORE_ID: TOKEN}))
        return ecwid_source([STORE_ID], sections=["products"], ecwid=ecwid)

    def generic(self) -> _Sample:
        paginator = {"type": "offset", "limit": 100, "total_path": "total"}
        endpoint = {"path": f"{STORE_ID}/products", "data_selector": "items", "paginator": paginator}
        resource = {"name": "products", "endpoint": endpoint, "primary_key": "id", "write_disposition": "merge"}
        # Like the other source: objects and lists are one column each, not tables of their own.
        resource["max_table_nesting"] = 0
        config: Any = {"client": {"base_url": f"{self._server.url}/"}, "resources": [resource]}
        return self._load(lambda: rest_api_source(config))

    def _load(self, new_source: Callable[[], Any]) -> _Sample:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        pipeline = dlt.pipeline(
            "benchmark",
            destination=dlt.destinations.duckdb(str(folder / "products.duckdb")),
            dataset_name="ecwid",
            pipelines_dir=str(folder),
        )
        sample = _Sample(self._server)
        actions: tuple[Callable[[], object], ...] = (
            lambda: pipeline.extract(new_source()),
            pipeline.normalize,
            pipeline.load,
        )
        with sample.measure():
            for step, action in zip(STEPS, actions, strict=True):
                start = time.process_time()
                action()
                sample.steps[step] = time.process_time() - start
        with pipeline.sql_client() as client:
            (row,) = client.execute_sql("SELECT count(*), count(DISTINCT id) FROM products") or ()
        _check(row[0], self._total)
        _check(row[1], self._total)
        return sample


def _check(rows: int, total: int) -> None:
    if rows != total:
        raise RuntimeError(f"loaded {rows} products instead of {total}")


@contextmanager
def _runs(total: int) -> Iterator[_Runs]:
    with (
        run_catalogue_server(total) as server,
        tempfile.TemporaryDirectory(dir=_MEMORY if os.path.isdir(_MEMORY) else None) as folder,
    ):
        os.environ["DLT_DATA_DIR"] = folder
        yield _Runs(server, total, Path(folder))


def measure(total: int, part: int, *, rounds: int) -> tuple[list[Table], list[RatioGoal | ValueGoal]]:
    """Load `total` products, and `part` of them with the generic source. Return the tables and goals."""
    samples: dict[str, list[_Sample]] = {EXPORT: [], ARROW: [], APPENDED: [], GENERIC: []}
    with _runs(total) as runs, _runs(part) as few:
        few.arrow()  # imports and warms up what a run needs
        few.export()
        for _ in range(rounds):
            samples[EXPORT].append(runs.export())
            samples[ARROW].append(runs.arrow())
            samples[APPENDED].append(runs.appended())
            samples[GENERIC].append(few.generic())
    sizes = dict.fromkeys(samples, total) | {GENERIC: part}

    def table(name: str, unit: str, base: str | None, value: Callable[[_Sample, int], float]) -> Table:
        rows = {each: [value(sample, sizes[each]) for sample in samples[each]] for each in samples}
        return Table(name, unit, base, rows)

    name = f"{total:,} products of 4 KB, {part:,} for {GENERIC}"
    cpu = table(name, "CPU µs per product", EXPORT, lambda run, rows: run.cpu / rows * 1e6)
    steps = Table(f"the steps of {ARROW}", "CPU µs per product", None, _steps(samples[ARROW], total))
    share = table(
        "server CPU during these runs", "% of the client's", None, lambda run, _: 100 * run.server_cpu / run.cpu
    )
    return [cpu, steps, share], [ValueGoal(cpu, ARROW, _MAX_MICROSECONDS), RatioGoal(cpu, ARROW, GENERIC, 0.2)]


def _steps(samples: list[_Sample], total: int) -> Mapping[str, list[float]]:
    return {step: [sample.steps[step] / total * 1e6 for sample in samples] for step in STEPS}


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    tables, goals = measure(400, 100, rounds=1) if options.quick else measure(100_000, 5_000, rounds=2)
    print_report("dlt", tables, goals, as_json=options.json)


if __name__ == "__main__":
    main()
