"""Set the prices of products and variations from a CSV file with the columns sku and price.

`python update_prices.py prices.csv` prints what would change. With `--apply` it is changed, unless a row has an error.
If a run fails or is interrupted, repeat it: it sends what still differs. Environment: ECWID_STORE_ID, ECWID_TOKEN.
Exit codes: 0 success, 1 the API failed, 2 the file has errors or can't be read.
"""

import argparse
import asyncio
import csv
import re
import sys
from decimal import Decimal

from ecwid_async import Call, Ecwid, EcwidError, Model
from ecwid_async.models import ProductDraft, VariationDraft


def read_file(path: str) -> tuple[dict[str, tuple[int, Decimal]], list[str]]:
    """Return the line and the price of each SKU, and the errors in other lines."""
    rows, errors = dict[str, tuple[int, Decimal]](), list[str]()
    with open(path, newline="", encoding="utf-8-sig") as file:  # Excel begins it with a byte order mark
        reader = csv.DictReader(file, restval="", restkey="_")  # more cells than columns: the cents of 12,50
        if sorted(name for name in reader.fieldnames or () if name in {"sku", "price"}) != ["price", "sku"]:
            return {}, ["line 1: must have the names of the columns: sku,price"]
        for row in reader:
            line, sku, price = reader.line_num, row["sku"].strip(), ",".join([row["price"], *row.get("_", ())]).strip()
            if not sku or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", price):
                errors.append(f"line {line}: {sku!r} and {price!r} are not an SKU and a price such as 12.50")
            elif rows.setdefault(sku, (line, Decimal(price)))[0] != line:
                errors.append(f"line {line}: the SKU {sku} is in line {rows[sku][0]}, too")
    return rows, errors


async def update(path: str, *, apply: bool) -> int:
    """Print where the store differs from the file, and with `apply` change it. Return the exit code."""
    rows, errors = read_file(path)
    unknown, changes, fields = set(rows), [], "items(id,sku,price,combinations(id,sku,price))"
    async with Ecwid() as ecwid:
        store = ecwid.store()
        async with store.products.search(response_fields=fields).scan() as scan:
            async for product in scan.dicts():
                for item in (product, *(product.get("combinations") or ())):
                    unknown.discard(sku := item.get("sku"))
                    if sku in rows and item.get("price") != rows[sku][1]:  # a variation may have no price of its own
                        changes.append((product, item, rows[sku][1]))
        errors += [f"line {rows[sku][0]}: nothing in the store has the SKU {sku}" for sku in sorted(unknown)]
        if errors:
            print(*errors, "nothing was changed", sep="\n", file=sys.stderr)
            return 2
        calls: list[Call[Model]] = []
        for product, item, price in changes:
            print(f"{item['sku']}: {item.get('price', 'no own price')} -> {price}")
            if apply and item is product:
                calls.append(store.products.update(item["id"], ProductDraft(price=price)))
            elif apply:
                calls.append(store.products.variations.update(product["id"], item["id"], VariationDraft(price=price)))
        results = await store.batch(calls, raise_on_failure=False)
    failed = [(change, error) for change, error in zip(changes, results, strict=apply) if isinstance(error, EcwidError)]
    for (_, item, _), error in failed:
        print(f"{item['sku']}: {error}", file=sys.stderr)
    print(f"{len(rows)} prices read, {len(changes)} differ, {len(results) - len(failed)} changed, {len(failed)} failed")
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    parser = argparse.ArgumentParser(description="Set prices from a CSV file with the columns sku and price.")
    parser.add_argument("path")
    parser.add_argument("--apply", action="store_true", help="change the store; without it, only print the changes")
    try:
        return asyncio.run(update(**vars(parser.parse_args(arguments))))
    except (EcwidError, OSError, UnicodeError, csv.Error) as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, EcwidError) else 2


if __name__ == "__main__":
    sys.exit(main())
