"""What the page shows of a sandbox: its stores, what they contain, and how many requests it received."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from ecwid_async.sandbox.request_log import Exchange
from ecwid_async.sandbox.state import Item, Sort, Store, decode_json, select_rows

__all__ = ["count_items", "describe_store", "find_problems", "mask_parameters", "measure_rate"]

# Five minutes, and the minute before them.
_RATE_SECONDS: Final = 360
_LATEST: Final = 6
_MAX_TEXT: Final = 200
_LAST_CHANGED_FIRST: Final = Sort("updated", descending=True)
# Neither names nor addresses: a store that was exported has customers.
_SHOWN: Final = {
    "products": ("id", "name", "sku", "price", "quantity", "unlimited", "enabled", "updateTimestamp"),
    "orders": ("orderNumber", "id", "total", "paymentStatus", "fulfillmentStatus", "updateTimestamp"),
}
# Other parameters of searches may have the data of a customer.
_PARAMETERS: Final = re.compile(
    "offset|limit|sortBy|responseFields|lang|enabled|inStock|showHidden|hidden_[a-z]+|"
    r"(created|updated|price|total)(From|To)|\w*status\w*|ids?|productId|category|categories",
    re.IGNORECASE | re.ASCII,
)


def mask_parameters(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a request with the values of paging, sorting and a few filters; of others only the names."""
    return {name: value if _PARAMETERS.fullmatch(name) else "…" for name, value in params.items()}


def find_problems(store: Store) -> list[str]:
    """Why requests to a store fail or are late."""
    problems = {
        "accepts no token": not store.tokens,
        "suspended": store.suspended,
        "server errors": store.failing,
        f"responses {store.response_delay:g} seconds late": store.response_delay > 0,
    }
    return [problem for problem, exists in problems.items() if exists]


def describe_store(store: Store) -> Item:
    """A store with its latest products and orders, last changed first. Customers are only counted."""
    formats = store.profile.get("formatsAndUnits")
    return {
        "storeId": store.id,
        "problems": find_problems(store),
        "tokens": len(store.tokens),
        "currency": _shorten(formats.get("currency")) if isinstance(formats, dict) else None,
        **{section: _latest(store, section, names) for section, names in _SHOWN.items()},
    }


def _latest(store: Store, section: str, names: tuple[str, ...]) -> list[Item]:
    index = store.table(section).index
    slots = select_rows(index, (), _LAST_CHANGED_FIRST, store.switches).page(0, _LATEST)
    items = map(decode_json, index.rows(slots))
    return [{name: _shorten(item[name]) for name in names if name in item} for item in items]


def _shorten(value: object) -> object:
    """A value that the page can show: an exported item may have text of any length, and objects instead of text."""
    if isinstance(value, str):
        return value if len(value) <= _MAX_TEXT else f"{value[:_MAX_TEXT]}…"
    return "…" if isinstance(value, dict | list) else value


def count_items(stores: Iterable[Store]) -> dict[str, int]:
    """The number of items in each list of all these stores, without empty lists."""
    counts: Counter[str] = Counter()
    for store in stores:
        counts.update(store.sizes)
    return {section: count for section, count in sorted(counts.items()) if count}


def measure_rate(requests: Iterable[Exchange], now: float) -> Item:
    """The number of requests in each second of the last six minutes, oldest first.

    `counted` are those that count towards a rate limit, `rejected` those that got a 429.
    """
    start = int(now) + 1 - _RATE_SECONDS
    counted, rejected = [0] * _RATE_SECONDS, [0] * _RATE_SECONDS
    for exchange in requests:
        second = int(exchange.at) - start
        if 0 <= second < _RATE_SECONDS:
            counted[second] += exchange.counted
            rejected[second] += exchange.status == 429
    return {"start": start, "counted": counted, "rejected": rejected}
