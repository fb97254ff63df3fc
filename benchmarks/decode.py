"""The cost of decoding a page of 100 orders, and of products, from bytes to models.

Figures are CPU microseconds per item. The client keeps exact decimals, dates and unknown fields; benchmarks/README.md
lists what the others omit.
"""

from collections.abc import Callable
from decimal import Decimal
from types import GenericAlias
from typing import Any

import msgspec
import pydantic

from benchmarks.harness.comparison_models import cattrs_converter, plain_class, pydantic_model, read_moment, struct
from benchmarks.harness.items import Kind, page
from benchmarks.harness.report import Goal, Table, arguments, microseconds, report, sample
from ecwid_async.codec import Codec
from ecwid_async.models.orders import Order
from ecwid_async.models.products import Product

UNTYPED, EXACT, STRUCTS = "msgspec untyped", "msgspec untyped, exact decimals", "msgspec Structs"
OURS, PYDANTIC, CATTRS = "ecwid_async", "pydantic v2", "cattrs, default hooks"


def main() -> None:
    """Measure and print."""
    given = arguments(__doc__)
    count, pages, rounds = (3, 1, 2) if given.quick else (100, 5, 40)
    tables, goals = [], []
    kinds: dict[Kind, type] = {"order": Order, "product": Product}
    for kind, model in kinds.items():
        candidates = {name: _times(pages, read) for name, read in _readers(kind, model, count).items()}
        samples = microseconds(sample(candidates, rounds=rounds, per=count * pages))
        table = Table(f"{kind}s", "CPU µs an item", UNTYPED, samples)
        tables.append(table)
        goals += [Goal(table, OURS, PYDANTIC, 1.0), Goal(table, OURS, UNTYPED, 3.2)]
    report("decode", tables, goals, as_json=given.json)


def _times(pages: int, read: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(pages):
            read()

    return run


def _readers(kind: Kind, model: Any, count: int) -> dict[str, Callable[[], object]]:
    body = page(kind, count)
    codec = Codec(strict=True)
    untyped = msgspec.json.Decoder()
    exact = msgspec.json.Decoder(float_hook=Decimal)
    converter = cattrs_converter()
    plain: Any = GenericAlias(list, plain_class(model))
    struct_page: Any = msgspec.defstruct("Page", [("items", GenericAlias(list, struct(model)))])
    structs = msgspec.json.Decoder(struct_page, dec_hook=read_moment)
    pydantic_items: Any = GenericAlias(list, pydantic_model(model))
    pydantic_page: Any = pydantic.create_model("Page", items=(pydantic_items, ...))
    return {
        UNTYPED: lambda: untyped.decode(body)["items"],
        EXACT: lambda: exact.decode(body)["items"],
        OURS: lambda: codec.decode_page(body, model, "GET")[0],
        PYDANTIC: lambda: pydantic_page.model_validate_json(body).items,
        STRUCTS: lambda: structs.decode(body).items,
        CATTRS: lambda: converter.structure(exact.decode(body)["items"], plain),
    }


if __name__ == "__main__":
    main()
