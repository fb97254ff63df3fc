"""The cost of decoding a page of 100 orders or products from bytes to models.

Figures are CPU microseconds per item. The client keeps exact decimals, dates and unknown fields; benchmarks/README.md
lists the omissions of the other libraries.
"""

from collections.abc import Callable
from decimal import Decimal
from types import GenericAlias
from typing import Any

import msgspec
import pydantic

from benchmarks.harness.comparison_models import (
    attrs_class,
    cattrs_converter,
    msgspec_struct,
    pydantic_model,
    read_datetime,
)
from benchmarks.harness.items import Kind, page_body
from benchmarks.harness.report import RatioGoal, Table, parse_arguments, print_report
from benchmarks.harness.sampling import microseconds, sample
from ecwid_async.codec import Codec
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product

UNTYPED, EXACT, STRUCTS = "msgspec untyped", "msgspec untyped, exact decimals", "msgspec Structs"
OURS, PYDANTIC, CATTRS = "ecwid_async", "pydantic v2", "cattrs, default hooks"


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    count, pages, rounds = (3, 1, 2) if options.quick else (100, 5, 40)
    tables, goals = [], []
    kinds: dict[Kind, type] = {"order": Order, "product": Product}
    for kind, model in kinds.items():
        candidates = {name: _repeat(pages, read) for name, read in _make_readers(kind, model, count).items()}
        samples = microseconds(sample(candidates, rounds=rounds, per=count * pages))
        table = Table(f"{kind}s", "CPU µs per item", UNTYPED, samples)
        tables.append(table)
        goals += [RatioGoal(table, OURS, PYDANTIC, 1.0), RatioGoal(table, OURS, UNTYPED, 2.2, floor=STRUCTS)]
    print_report("decode", tables, goals, as_json=options.json)


def _repeat(pages: int, read: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(pages):
            read()

    return run


def _make_readers(kind: Kind, model: Any, count: int) -> dict[str, Callable[[], object]]:
    body = page_body(kind, count)
    codec = Codec(strict=True)
    untyped = msgspec.json.Decoder()
    exact = msgspec.json.Decoder(float_hook=Decimal)
    converter = cattrs_converter()
    attrs_items: Any = GenericAlias(list, attrs_class(model))
    struct_page: Any = msgspec.defstruct("Page", [("items", GenericAlias(list, msgspec_struct(model)))])
    structs = msgspec.json.Decoder(struct_page, dec_hook=read_datetime)
    pydantic_items: Any = GenericAlias(list, pydantic_model(model))
    pydantic_page: Any = pydantic.create_model("Page", items=(pydantic_items, ...))
    return {
        UNTYPED: lambda: untyped.decode(body)["items"],
        EXACT: lambda: exact.decode(body)["items"],
        OURS: lambda: codec.decode_page(body, model, "GET")[0],
        PYDANTIC: lambda: pydantic_page.model_validate_json(body).items,
        STRUCTS: lambda: structs.decode(body).items,
        CATTRS: lambda: converter.structure(exact.decode(body)["items"], attrs_items),
    }


if __name__ == "__main__":
    main()
