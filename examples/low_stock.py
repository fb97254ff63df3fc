"""Report products and variations that are low in stock to a chat, for example each morning.

    export LOW_STOCK_WEBHOOK=https://hooks.example.com/...  # the chat's incoming webhook, which takes {"text": "..."}
    python low_stock.py            # what has reached its own limit, at which Ecwid warns the owner
    python low_stock.py --limit 5  # what has at most 5

Environment: ECWID_STORE_ID, ECWID_TOKEN. Without LOW_STOCK_WEBHOOK, the report is printed. If nothing is low, there is
none. Exit codes: 0 success, 1 failure.
"""

import argparse
import asyncio
import os
import sys

import aiohttp

from ecwid_async import Ecwid, EcwidError
from ecwid_async.models import Product, Variation

FIELDS = "items(name,sku,quantity,warningLimit,combinations(sku,quantity,warningLimit,options(value)))"
MAX_LINES = 50  # longer messages are refused by some chats


def describe(product: Product, item: Product | Variation) -> str:
    """Name an item by its product, its options and its SKU."""
    options = [option.value or "" for option in item.options or ()] if isinstance(item, Variation) else []
    return f"{item.quantity} × {' / '.join([product.name or '', *options])} ({item.sku or product.sku})"


async def find_low_stock(limit: int | None) -> list[str]:
    """Return a line for each enabled product, or variation, that has at most `limit`, or else its own limit."""
    found = []
    async with Ecwid() as ecwid:
        products = ecwid.store().products.search(enabled=True, response_fields=FIELDS)
        async with products.scan() as scan:
            async for product in scan:
                for item in product.combinations or (product,):  # the stock of variations is that of the product
                    most = item.warning_limit if limit is None else limit
                    # The quantity is None if the stock is unlimited.
                    if item.quantity is not None and most is not None and item.quantity <= most:
                        found.append((item.quantity, describe(product, item)))
    return [line for _, line in sorted(found)]


async def send(url: str, text: str) -> None:
    """Post a text to the chat. Raises `aiohttp.ClientError`, `TimeoutError`, and `UnicodeError` for a wrong host."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        response = await session.post(url, json={"text": text}, allow_redirects=False)  # they may lose the text
        if not 200 <= response.status < 300:
            raise aiohttp.ClientResponseError(response.request_info, (), status=response.status)


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    parser = argparse.ArgumentParser(description="Report what is low in stock to a chat.")
    parser.add_argument("--limit", type=int, help="report what has at most so many, instead of its own limit")
    limit, webhook = parser.parse_args(arguments).limit, os.environ.get("LOW_STOCK_WEBHOOK")
    try:
        found = asyncio.run(find_low_stock(limit))
        rest = [f"and {len(found) - MAX_LINES} more"] if len(found) > MAX_LINES else []
        report = "\n".join(["Low in stock:", *found[:MAX_LINES], *rest])
        if found and webhook:
            asyncio.run(send(webhook, report))
    except EcwidError as error:
        print(error, file=sys.stderr)
        return 1
    except (aiohttp.ClientError, TimeoutError, UnicodeError) as error:
        # Not its message, which has the address: whoever knows it can write to the chat.
        print(f"the report was not sent: {type(error).__name__} {getattr(error, 'status', '')}", file=sys.stderr)
        return 1
    print(f"{len(found)} items are low in stock" if webhook or not found else report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
