"""Add up a day's sales of thousands of stores into a CSV file, with one client.

    python sales_of_all_stores.py stores.txt --out sales.csv --day 2024-11-29  # by default yesterday

stores.txt has a store id, a space and a token per line, readable only by you (`chmod 600`). The day has to be over in
the time zone of a store. One that fails does not stop the others: it is named at the end, and the same command then
reads only the stores that have no row yet. Exit codes: 0 all have one, 1 some have none, 2 a wrong setting or file.
"""

import argparse
import asyncio
import csv
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ecwid_async import ConfigError, Ecwid, EcwidError, Store, deadline
from ecwid_async.tokens import FileTokens

STORES_AT_ONCE, SECONDS_PER_STORE, HEADER = 50, 120, "store_id,day,orders,sales,currency\n"


async def read_sales(store: Store, day: date) -> tuple[object, ...]:
    """Return the row of a store, with its sales less refunds."""
    formats = (await store.profile.get(response_fields="formatsAndUnits(currency,timezone)")).formats_and_units
    zone = ZoneInfo((formats and formats.timezone) or "UTC")
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    if end > datetime.now(UTC):
        raise ValueError(f"{day} is not over in the time zone {zone}")
    paid, fields = ["PAID", "PARTIALLY_REFUNDED"], "items(id,total,refundedAmount,createDate)"
    orders = store.orders.search(created_from=begin, created_to=end, payment_status=paid, response_fields=fields)
    async with orders.scan() as scan:  # the search may include the end
        sold = [order async for order in scan if order.create_date and begin <= order.create_date < end]
    sales = sum((order.total or 0) - (order.refunded_amount or 0) for order in sold)
    return store.store_id, day, len(sold), sales, formats and formats.currency


async def read_all(stores: Path, out: Path, day: date) -> int:
    """Append a row for each store that has none. Return the exit code."""
    tokens, failures = FileTokens(stores), list[str]()
    with out.open("a+", buffering=1, encoding="utf-8") as file:  # writes each row at once
        file.seek(0)
        if (lines := file.readlines()) and not (lines[0] == HEADER and lines[-1].endswith("\n")):
            raise ValueError(f"{out} has other columns, or an incomplete last line: mend it, or remove that line")
        done = {row[0] for row in csv.reader(lines) if row[1:2] == [str(day)]}
        ids = [store_id async for store_id in tokens.store_ids() if str(store_id) not in done]
        left, rows = iter(ids), csv.writer(file, lineterminator="\n")

        async def work() -> None:
            for store_id in left:  # all workers take theirs from it
                try:
                    with deadline(SECONDS_PER_STORE):
                        rows.writerow(await read_sales(ecwid.store(store_id), day))
                except (EcwidError, LookupError, OSError, ValueError) as error:  # also of a wrong time zone
                    failures.append(f"store {store_id}: {error}")

        file.write("" if lines else HEADER)
        async with Ecwid(tokens=tokens) as ecwid:
            await asyncio.gather(*(work() for _ in range(STORES_AT_ONCE)))
    print(*failures, sep="\n", end="\n" * bool(failures), file=sys.stderr)
    print(f"{len(ids) - len(failures)} stores read, {len(failures)} failed, {len(done)} had a row")
    return 1 if failures else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    parser = argparse.ArgumentParser(description="Add up a day's sales of many stores into a CSV file.")
    parser.add_argument("stores", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--day", type=date.fromisoformat, default=date.today() - timedelta(days=1))
    try:
        return asyncio.run(read_all(**vars(parser.parse_args(arguments))))
    except (ConfigError, OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
