"""Loops written by hand that store exported products in the tables of a mirror, in one transaction."""

import sqlite3
import time
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import psycopg

__all__ = ["store_in_postgresql", "store_in_sqlite"]

_BATCH: Final = 1000
# The columns of a product, as the loops below fill them.
_COMMON: Final = "store_id, id, document, updated, read_begin, read_end, read_kind, hash"
_TEXTS: Final = "sku, name, external_reference_id, url, custom_slug, google_item_condition"
_NUMBERS: Final = "quantity, product_type_id, default_category_id, default_variation_id"
_FLAGS: Final = "enabled, in_stock, unlimited, is_shipping_required, is_gift_card, is_sample_product"
_TIMES: Final = "created_at, updated_at"
_DECIMALS: Final = "price, compare_to_price, cost_price, weight"
_EXACT: Final = "price_exact, compare_to_price_exact, cost_price_exact, weight_exact"
_VARIATION: Final = (
    "store_id, product_id, position, variation_id, variation_number, quantity, sku, external_reference_id"
)
_VARIATION_FLAGS: Final = "in_stock, unlimited"
_CATEGORY: Final = "store_id, product_id, position, category_id"


class _Rows(NamedTuple):
    products: list[tuple[Any, ...]]
    variations: list[tuple[Any, ...]]
    categories: list[tuple[Any, ...]]


def store_in_sqlite(store_id: int, export: Path, database: Path) -> int:
    """Insert the products of a JSONL file with `executemany`. Return their number."""
    product = f"{_COMMON}, {_TEXTS}, {_NUMBERS}, {_FLAGS}, {_TIMES}, {_DECIMALS}, {_EXACT}"
    variation = f"{_VARIATION}, {_VARIATION_FLAGS}, {_DECIMALS}, {_EXACT}"
    count = 0
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        for rows in _read(store_id, export, exact_text=True):
            connection.executemany(_insert("ecwid_products", product), rows.products)
            connection.executemany(_insert("ecwid_product_variations", variation), rows.variations)
            connection.executemany(_insert("ecwid_product_categories", _CATEGORY), rows.categories)
            count += len(rows.products)
    connection.close()
    return count


def store_in_postgresql(store_id: int, export: Path, url: str) -> int:
    """Copy the products of a JSONL file with COPY. Return their number."""
    product = f"{_COMMON}, {_TEXTS}, {_NUMBERS}, {_FLAGS}, {_TIMES}, {_DECIMALS}, data"
    variation = f"{_VARIATION}, {_VARIATION_FLAGS}, {_DECIMALS}"
    count = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for rows in _read(store_id, export, exact_text=False):
            for table, columns, values in (
                ("ecwid_products", product, rows.products),
                ("ecwid_product_variations", variation, rows.variations),
                ("ecwid_product_categories", _CATEGORY, rows.categories),
            ):
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
                    for row in values:
                        copy.write_row(row)
            count += len(rows.products)
    return count


def _insert(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"


def _read(store_id: int, export: Path, *, exact_text: bool) -> Iterator[_Rows]:
    """Yield the rows of a thousand products at a time.

    With `exact_text`, decimals are a float, and a text in another column; otherwise they are exact, and the text of the
    whole product follows.
    """
    decode = msgspec.json.Decoder(float_hook=Decimal).decode
    now = time.time()
    with export.open("rb") as file:
        while lines := list(islice(file, _BATCH)):
            rows = _Rows([], [], [])
            for line in lines:
                document = line.rstrip(b"\n")
                item = decode(document)
                get, product_id = item.get, item["id"]
                rows.products.append(
                    (
                        store_id,
                        product_id,
                        document,
                        item["updateTimestamp"],
                        now - 300,
                        now,
                        "search",
                        sha256(document).digest(),
                        get("sku"),
                        get("name"),
                        get("externalReferenceId"),
                        get("url"),
                        get("customSlug"),
                        get("googleItemCondition"),
                        get("quantity"),
                        get("productClassId"),
                        get("defaultCategoryId"),
                        get("defaultCombinationId"),
                        get("enabled"),
                        get("inStock"),
                        get("unlimited"),
                        get("isShippingRequired"),
                        get("isGiftCard"),
                        get("isSampleProduct"),
                        _time(get("created"), exact_text),
                        _time(get("updated"), exact_text),
                        *_amounts(get, exact_text),
                        *(() if exact_text else (document.decode(),)),
                    )
                )
                rows.variations.extend(
                    (
                        store_id,
                        product_id,
                        position,
                        variation["id"],
                        variation["combinationNumber"],
                        variation.get("quantity"),
                        variation.get("sku"),
                        variation.get("externalReferenceId"),
                        variation.get("inStock"),
                        variation.get("unlimited"),
                        *_amounts(variation.get, exact_text),
                    )
                    for position, variation in enumerate(item["combinations"])
                )
                rows.categories.extend(
                    (store_id, product_id, position, category) for position, category in enumerate(item["categoryIds"])
                )
            yield rows


def _time(text: str | None, sqlite: bool) -> str | None:
    return text[:19] if sqlite and text is not None else text


def _amounts(get: Any, exact_text: bool) -> tuple[Any, ...]:
    amounts = (get("price"), get("compareToPrice"), get("costPrice"), get("weight"))
    if not exact_text:
        return amounts
    return (
        *(None if amount is None else float(amount) for amount in amounts),
        *(None if amount is None else str(amount) for amount in amounts),
    )
