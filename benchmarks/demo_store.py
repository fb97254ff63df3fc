"""The cost of a demo store of 100,000 products, compared with encoding its products with msgspec.

Figures are CPU microseconds per product. It needs zstd.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random

from benchmarks.harness.report import RatioGoal, Table, parse_arguments, print_report
from benchmarks.harness.sampling import microseconds, sample
from ecwid_async.sandbox.seed import DEMO_STORE_ID, demo_sandbox
from ecwid_async.sandbox.state import Item, decode_json, encode_json, item_storage
from ecwid_async.sandbox.state.compression import Compression, Deflate, Zstd

ENCODED, FLOOR = "msgspec encodes the products", "seeded generators, msgspec, zstd"
STORE, WITHOUT_ZSTD = "demo store", "demo store, zstd not installed"

# A product is generated from two seeds and about 45 random numbers.
_SEEDS, _DRAWS = 2, 22
_SAMPLES = 100


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    count, sampled, rounds = (6_000, 100, 2) if options.quick else (100_000, 1_000, 3)
    table = demo_sandbox(products=sampled, orders=0).stores[DEMO_STORE_ID].table("products")
    rows = [table.raw(key) or b"" for key in table]
    items = [decode_json(row) for row in rows]
    compression = Zstd(rows[:: len(rows) // _SAMPLES])
    repeats = count // sampled
    candidates: dict[str, Callable[[], object]] = {
        ENCODED: partial(_encode, items, repeats),
        FLOOR: partial(_draw_encode_and_compress, items, repeats, compression),
        STORE: partial(_make_store, count, Zstd),
        WITHOUT_ZSTD: partial(_make_store, count, Deflate),
    }
    samples = microseconds(sample(candidates, rounds=rounds, per=count))
    made = Table(f"a demo store of {count:,} products", "CPU µs per product", ENCODED, samples)
    print_report("demo_store", [made], [RatioGoal(made, STORE, ENCODED, 6.0, floor=FLOOR)], as_json=options.json)


def _make_store(count: int, compression: Callable[[Sequence[bytes]], Compression]) -> None:
    with _compression(compression):
        demo_sandbox(products=count, orders=0, customers=0, carts=0)


@contextmanager
def _compression(compression: Callable[[Sequence[bytes]], Compression]) -> Iterator[None]:
    installed = item_storage.new_compression
    item_storage.new_compression = compression
    try:
        yield
    finally:
        item_storage.new_compression = installed


def _encode(items: list[Item], repeats: int) -> None:
    for _ in range(repeats):
        for item in items:
            encode_json(item)


def _draw_encode_and_compress(items: list[Item], repeats: int, compression: Compression) -> None:
    generator = Random(0)
    random = generator.random
    for number in range(repeats):
        for item in items:
            for seed in range(_SEEDS):
                generator.seed(seed << 48 ^ number)
                for _ in range(_DRAWS):
                    random()
            compression.compress(encode_json(item))


if __name__ == "__main__":
    main()
