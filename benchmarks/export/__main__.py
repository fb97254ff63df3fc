"""The cost and speed of reading a whole catalogue: scans and exports compared with hand-written loops.

CPU time is that of the client process for 100,000 distinct products of 4 KB from a local server, with eight requests at
a time for every candidate. Of the hand-written loops, A decodes each page and encodes and writes each item, with
aiohttp and msgspec; B only decodes; C uses httpx and pydantic. Other parts measure the share of the rate limit in use
at 300 ms of latency, the peak memory for a million products, and stock updates in bulk.
"""

from benchmarks.export.cpu import measure_cpu
from benchmarks.export.memory import IMPORTS, PARQUET, measure_parquet_peaks, measure_peak_growth
from benchmarks.export.stock_updates import run_updates
from benchmarks.export.throughput import LATENCY, PER_MINUTE, SCAN, measure_throughput
from benchmarks.harness.report import RatioGoal, Table, ValueGoal, parse_arguments, print_report

Part = tuple[list[Table], list[RatioGoal | ValueGoal]]


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    parts: list[Part] = [
        _memory(200, 400) if options.quick else _memory(10_000, 1_000_000),
        _parquet_memory(400 if options.quick else 100_000),
        measure_cpu(500, rounds=2) if options.quick else measure_cpu(100_000, rounds=5),
        _throughput(4, latency=0.02) if options.quick else _throughput(1200, latency=LATENCY),
        _stock_updates(1000 if options.quick else 100_000),
    ]
    tables = [table for part_tables, _ in parts for table in part_tables]
    goals = [goal for _, part_goals in parts for goal in part_goals]
    print_report("export", tables, goals, as_json=options.json)


def _memory(few: int, many: int) -> Part:
    growth = {reader: [mib] for reader, mib in measure_peak_growth(few, many).items()}
    table = Table(f"growth of peak memory from {few:,} to {many:,} products", "MiB", None, growth)
    return [table], [ValueGoal(table, reader, 32.0) for reader in growth]


def _parquet_memory(total: int) -> Part:
    peaks = {name: [mib] for name, mib in measure_parquet_peaks(total).items()}
    table = Table(f"peak memory of an export of {total:,} products to Parquet", "MiB", None, peaks)
    return [table], [ValueGoal(table, PARQUET, 120.0, floor=IMPORTS)]


def _throughput(pages: int, *, latency: float) -> Part:
    throughput = measure_throughput(pages, latency=latency)
    maximum = 100 * PER_MINUTE
    share = Table(
        f"items per minute, {1000 * latency:.0f} ms latency, {100 * pages:,} products",
        f"% of {maximum:,}",
        None,
        {name: [100 * items / maximum] for name, items in throughput.items_per_minute.items()},
    )
    refused = Table(
        "429s during these reads", "responses", None, {name: [count] for name, count in throughput.refused.items()}
    )
    return [share, refused], [ValueGoal(share, SCAN, 96.0, at_least=True), ValueGoal(refused, SCAN, 0.0)]


def _stock_updates(count: int) -> Part:
    runs = {
        "10 ms per call": run_updates(count, seconds=0.01, steady=True),
        "40 ms per call": run_updates(count, seconds=0.04, steady=True),
        "20 to 80 ms per call": run_updates(count, seconds=0.04, steady=False),
    }
    batches = Table(f"{count:,} stock updates", "batches", None, {name: [run.batches] for name, run in runs.items()})
    polls = Table("the same, polls", "per batch", None, {name: [run.polls / run.batches] for name, run in runs.items()})
    most_polls = Table(
        "the same, most polls of one batch", "polls", None, {name: [run.most_polls] for name, run in runs.items()}
    )
    goals: list[RatioGoal | ValueGoal] = [ValueGoal(batches, name, 1.05 * count / 500) for name in runs]
    goals += [ValueGoal(polls, name, 3.0) for name in runs]
    return [batches, polls, most_polls], goals


if __name__ == "__main__":
    main()
