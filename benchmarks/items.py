"""What the canned server answers: documented-shape items, each of a page a little different."""

import copy
import json
from pathlib import Path
from typing import Any, Final, Literal

__all__ = ["SMALL_ORDER", "Kind", "items", "page"]

Kind = Literal["order", "product"]

_DATA: Final = Path(__file__).parent / "data"

SMALL_ORDER: Final = json.dumps(
    {
        "id": "M4RWB",
        "internalId": 308114526,
        "orderNumber": 308114526,
        "email": "maren.holm@example.com",
        "paymentStatus": "PAID",
        "fulfillmentStatus": "SHIPPED",
        "subtotal": 49.8,
        "tax": 9.12,
        "total": 54.7,
        "createDate": "2025-02-11 14:05:37 +0000",
        "createTimestamp": 1739282737,
        "items": [{"id": 1402886731, "productId": 551209834, "sku": "LAMP-017", "price": 24.9, "quantity": 2}],
    },
    separators=(",", ":"),
).encode()


def items(kind: Kind, count: int) -> list[dict[str, Any]]:
    """Items that differ in id, name and amounts, as those of a page do."""
    sample = json.loads((_DATA / f"{kind}.json").read_text("utf-8"))
    made = []
    for number in range(count):
        item = copy.deepcopy(sample)
        cents = 2490 + 35 * number
        if kind == "order":
            item["id"] = item["vendorOrderNumber"] = item["publicUid"] = f"M4R{number:02d}"
            item["internalId"] = item["orderNumber"] = 308114526 + number
            item["total"] = item["totalBeforeGiftCardRedemption"] = (2 * cents + 490) / 100
            item["subtotal"] = 2 * cents / 100
            item["items"][0]["price"] = item["items"][0]["productPrice"] = cents / 100
        else:
            item["id"] = 551209834 + number
            item["sku"] = f"LAMP-{number:03d}"
            item["name"] = item["nameTranslated"]["en"] = f"Desk lamp no. {number}"
            item["price"] = item["priceInProductList"] = item["defaultDisplayedPrice"] = cents / 100
        made.append(item)
    return made


def page(kind: Kind, count: int = 100) -> bytes:
    """The body of one page, as compact as the API sends it."""
    envelope = {"total": count, "count": count, "offset": 0, "limit": 100, "items": items(kind, count)}
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()
