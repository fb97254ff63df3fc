"""A generator of valid and nearly valid requests to a store.

It simulates arbitrary clients: paths, parameters and bodies follow the tables of `spec`, with ids of items that the
store has, and sometimes with values that no field accepts. The same seed always gives the same request.
"""

import json
from random import Random
from typing import Any, Final
from urllib.parse import quote_plus

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.routes.support.report_definitions import REPORTS
from ecwid_async.sandbox.spec import Endpoint, Parameter, Shape
from ecwid_async.sandbox.state import Store
from ecwid_async.wire import Headers, Options, Request

__all__ = ["make_request"]

OPERATIONS: Final = sorted(spec.load().endpoints)
WRITES: Final = [operation for operation in OPERATIONS if not operation.startswith("GET ")]
PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20"
# Words that some fields accept, and a few that no field accepts.
_WORDS: Final = """
    PAID INCOMPLETE AWAITING_PAYMENT CANCELLED REFUNDED SHIPPED ACTIVE EXPIRED PAUSED PERCENT ABS SHIPPING ABSOLUTE
    ABS_AND_SHIPPING FIXED_PRICE SUBTOTAL ITEM SELECT RADIO CHECKBOX SIZE SWATCHES TEXTFIELD FILES CHOICE CHOICES TEXT
    DATE flat table app carrier-calculated pickup shipping published moderated SELECTED ALL ALL_FILTERED MONTH WEEK DAY
    en de en_US #ff0000 BRAND UPC CUSTOM DESCR PRICE b2b b2c US DE NY EUR offline adyen stripe hour day week month year
    Size Red Blue Mug Tea SKU-1 SKU-2 CODE1 CODE2 a@example.com b@example.com PHONE EMAIL text select datetime
    CATALOG_MANAGEMENT REPORT_ACCESS home thumbnail public key txn_1 ONCEPERCUSTOMER SINGLE NEW_CUSTOMER_ONLY
    REPEAT_CUSTOMER_ONLY HIDE SHOW FREE_SHIPPING GLOBAL_METHODS UNSPECIFIED MON SUN my-mugs.com www.mugs.shop
    2024-09-04 2024-13-77 https://a.example/x.jpg https://www.youtube.com/watch?v=1 //x javascript: /old /new
"""
WORDS: Final = tuple(_WORDS.split())
MOMENTS: Final = (
    "2024-09-04 07:20:11 +0000",
    "2024-09-04T07:20:11",
    "2024-09-04",
    "1725434411",
    "9999-12-31 23:59:59 -1200",
    "0001-01-01 00:00:00 +1200",
    "2024-02-30",
    "2024-09-04 07:20:11 MSK",
    "2024-09-04 07:20:11 Nowhere/At_All",
    "tomorrow",
    "-1",
    "999999999999999999",
)
UNUSUAL_TEXTS: Final = (
    "",
    " ",
    "\0",
    "😀",
    "\ud83d",
    "\udc00x",
    "9" * 5000,
    "x" * 3000,
    "%",
    "a,b\\,c",
    "ﬁ",
    "../..",
    "{}",
    "٧",
    "²",
    "http://[x",
    "2024-01-01 " + "A" * 30_000 + "1",
)
INTEGERS: Final = (0, 1, 2, 3, 5, 10, 50, 99, 100, 1000, 20_000)
UNUSUAL_NUMBERS: Final = (-1, -0.0, 0.1, 2**31, 2**53, 2**53 + 1, 2**63, 10**400, 1e308, -1e308, 1e-308, 1.5)
UNUSUAL: Final = (None, True, False, "", "x", 0, -1, 1.5, 1e308, [], {}, [None], [[]], {"a": None}, ["x"], "\ud83d")


def make_request(seed: int, store: Store, token: str) -> Request:
    """The request for this seed, with ids of items that the store has now."""
    return _RequestGenerator(Random(seed), store, token).request()


class _RequestGenerator:
    def __init__(self, random: Random, store: Store, token: str) -> None:
        self.random, self.store, self.token = random, store, token
        self.items: dict[str, dict[str, Any]] = {}
        # Most requests have no or one unusual value; a few have many.
        self.unusual_share = random.choice((0, 0.005, 0.02, 0.1))
        self.optional_share = random.choice((0.02, 0.1, 0.4, 0.9))

    def request(self) -> Request:
        operation = self.random.choice(OPERATIONS if self.random.random() < 0.4 else WRITES)
        endpoint = spec.load().endpoints[operation]
        method, path = operation.split(" ")
        segments = [self.segment(part) for part in path.removeprefix("/").split("/")]
        params = tuple(self.params(endpoint))
        kind, body = self.body(endpoint)
        headers = (("Authorization", f"Bearer {self.token}"), ("Content-Type", kind))
        return Request(
            method=method,
            path=f"/{self.store.id}/" + "/".join(segments),
            params=params,
            body=body,
            headers=Headers(headers),
            options=Options(operation=operation),
        )

    def is_unusual(self) -> bool:
        return self.random.random() < self.unusual_share

    # Paths and parameters.

    def segment(self, part: str) -> str:
        if not part.startswith("{"):
            return part
        if self.is_unusual():
            return quote_plus(self.random.choice(UNUSUAL_TEXTS), errors="surrogatepass")
        return quote_plus(str(self.identifier(part[1:-1])), errors="surrogatepass")

    def identifier(self, name: str) -> Any:
        """A value that the store has for this path parameter. Ids of parts belong to the chosen item."""
        if name in LISTS:
            return self.random.choice(list(self.store.table(LISTS[name])) or [1])
        if name in SECTION_DATA:
            return self.random.choice([*self.store.section_data.get(SECTION_DATA[name], ()), "public", "key"])
        if name in ITEM_PARTS:
            section, path = ITEM_PARTS[name]
            return self.random.choice(list(_ids([self.choose_item(section)], path)) or [1])
        match name:
            case "productId":
                return self.choose_item("products").get("id", 1)
            case "orderId":
                drafts = list(self.store.records("drafts"))
                named = [
                    self.choose_item("orders").get(field) for field in ("id", "orderNumber", "referenceTransactionId")
                ]
                return self.random.choice([one for one in (*named, *named, *drafts) if one is not None] or [1])
            case "customerId":
                return self.choose_item("customers").get("id", 1)
            case "paymentOptionId":
                return self.random.choice(self.profile_option_ids("payment", "paymentOptions") or ["x"])
            case "shippingOptionId":
                return self.random.choice(self.profile_option_ids("shipping", "shippingOptions") or ["x"])
            case "reportType":
                return self.random.choice(list(REPORTS))
            case _:
                return self.random.choice(CHOICES.get(name, "1 7 x US CODE1").split())

    def choose_item(self, section: str) -> dict[str, Any]:
        """One item of a list, the same one for the whole request."""
        if section not in self.items:
            table = self.store.table(section)
            keys = list(table)
            self.items[section] = (table.get(self.random.choice(keys)) if keys else None) or {}
        return self.items[section]

    def profile_option_ids(self, section: str, name: str) -> list[Any]:
        return [one.get("id") for one in (self.store.profile.get(section) or {}).get(name) or ()]

    def params(self, endpoint: Endpoint) -> Any:
        for name, parameter in endpoint.params.items():
            if self.random.random() < (0.97 if parameter.required else self.optional_share / 2):
                values = [self.parameter_value(name, parameter) for _ in range(self.random.choice((1, 1, 2, 5)))]
                actual_name = name.partition("{")[0] + "Size" if "{" in name else name
                yield actual_name, ",".join(values) if parameter.multiple else values[0]
        if self.random.random() < 0.1:
            yield (
                "responseFields",
                self.random.choice(("id", "items(id)", "total,items(name,items(sku))", "((", "a,,b")),
            )
        if self.is_unusual():
            yield self.random.choice(UNUSUAL_TEXTS), self.random.choice(UNUSUAL_TEXTS)

    def parameter_value(self, name: str, parameter: Parameter) -> str:
        if self.is_unusual():
            return self.random.choice((*UNUSUAL_TEXTS, *map(str, UNUSUAL_NUMBERS)))
        if parameter.enum:
            return self.random.choice(parameter.enum)
        match parameter.type:
            case "boolean":
                return self.random.choice(("true", "false"))
            case "datetime" | "date":
                return self.random.choice(MOMENTS[:6])
            case "integer" | "number":
                return str(self.number(name))
            case _:
                return self.text(name)

    # Bodies.

    def body(self, endpoint: Endpoint) -> tuple[str, bytes | None]:
        if endpoint.content == "none":
            return "application/json", b"{}" if self.is_unusual() else None
        if endpoint.content == "binary":
            return "application/octet-stream", self.random.choice((PNG, b"x", b"\xff\xd8\xff", b"GIF89a", b"", b"{}"))
        if self.is_unusual():
            return "application/json", self.random.choice(
                (b"", b"null", b"[", b"[]", b"7", b"\xff", b'"x"', b"[" * 900)
            )
        shape: Shape = endpoint.body or "any"
        document = self.value("", [shape] if endpoint.many and isinstance(shape, str) else shape, 0)
        return "application/json", json.dumps(document).encode()

    def value(self, name: str, shape: Shape, depth: int) -> Any:
        if self.is_unusual() and depth:
            return self.random.choice((*UNUSUAL, *UNUSUAL_NUMBERS))
        if isinstance(shape, list):
            length = self.random.choice((0, 1, 1, 2, 3)) if depth < 6 else 0
            return [self.value(name, shape[0], depth + 1) for _ in range(length)]
        if isinstance(shape, dict):
            return {key: self.value(name, shape["*"], depth + 1) for key in self.random.sample(("en", "de", "x"), 2)}
        match shape:
            case "boolean":
                return self.random.random() < 0.5
            case "integer":
                return int(self.number(name))
            case "number":
                return self.number(name)
            case "string":
                return self.text(name)
            case "datetime" | "date":
                return self.random.choice((*MOMENTS[:5], 1_725_434_411))
            case "any" if name in {"width", "height"}:
                return self.number(name)
            case "any":
                return self.random.choice((*UNUSUAL, "12", 12, {"a": {"b": [1]}}))
        fields = spec.load().schemas.get(shape)
        if fields is None:
            return {} if shape == "object" else []
        share = self.optional_share if depth < 4 else self.optional_share / 4
        return {
            field: self.value(field, inner, depth + 1)
            for field, inner in fields.items()
            if field != "*" and self.random.random() < (0.9 if field in USUALLY_SENT else share)
        }

    def number(self, name: str) -> float:
        if name in REFERENCES:
            return self.reference(REFERENCES[name])
        if self.is_unusual():
            return self.random.choice(UNUSUAL_NUMBERS)
        return self.random.choice((*INTEGERS, 9.99, 12.5, self.random.randrange(1000)))

    def reference(self, section: str) -> int:
        found = [key for key in self.store.table(section) if isinstance(key, int)]
        return self.random.choice(found or [1]) if self.random.random() < 0.9 else 1

    def text(self, name: str) -> str:
        if self.is_unusual():
            return self.random.choice(UNUSUAL_TEXTS)
        if name == "path":
            return self.random.choice(OPERATIONS).partition(" ")[2].removeprefix("/")
        if name == "method":
            return self.random.choice(("GET", "POST", "PUT", "DELETE"))
        if name in CHOICES and self.random.random() < 0.8:
            return self.random.choice(CHOICES[name].split())
        if name.lower().endswith("email"):
            return self.random.choice(("a@example.com", "b@example.com", f"{self.random.randrange(50)}@example.com"))
        if name.lower().endswith("url"):
            return self.random.choice(("https://a.example/x.jpg", "https://www.youtube.com/watch?v=1", "/old", "x"))
        return self.random.choice(WORDS)


# The sources of path parameters: lists, other section data, and parts of items.
LISTS: Final = {
    "categoryId": "categories",
    "cartId": "carts",
    "groupId": "customer_groups",
    "classId": "product_types",
    "promotionId": "promotions",
    "reviewId": "reviews",
    "subscriptionId": "subscriptions",
    "discountCouponId": "coupons",
    "extrafield_key": "customer_extra_fields",
}
SECTION_DATA: Final = {"staffAccountId": "staff", "redirectId": "redirects", "key": "checkout_extra_fields"}
ITEM_PARTS: Final = {
    "combinationId": ("products", "combinations.id"),
    "galleryImageId": ("products", "galleryImages.id"),
    "galleryVideoId": ("products", "media.videos.id"),
    "fileId": ("products", "files.id"),
    "itemId": ("orders", "items.id"),
    "extraFieldId": ("orders", "orderExtraFields.id"),
    "contactId": ("customers", "contacts.id"),
}


def _ids(values: list[Any], path: str) -> Any:
    first, _, rest = path.partition(".")
    for one in values:
        inner = one.get(first) if isinstance(one, dict) else None
        if inner is not None:
            yield from _ids(inner if isinstance(inner, list) else [inner], rest) if rest else [inner]


# Values that some fields accept.
CHOICES: Final = {
    "status": "published moderated ACTIVE PAUSED EXPIRED CANCELLED",
    "newStatus": "published moderated",
    "selectMode": "SELECTED ALL ALL_FILTERED",
    "mode": "SELECTED ALL ALL_FILTERED",
    "type": "SELECT RADIO CHECKBOX SIZE SWATCHES TEXTFIELD FILES CHOICE TEXT DATE PHONE EMAIL ABSOLUTE PERCENT BRAND",
    "show": "DESCR PRICE NOTSHOW",
    "discountType": "ABS PERCENT SHIPPING ABS_AND_SHIPPING ABSOLUTE FIXED_PRICE",
    "discountBase": "SUBTOTAL ITEM SHIPPING",
    "usesLimit": "UNLIMITED ONCEPERCUSTOMER SINGLE",
    "applicationLimit": "UNLIMITED NEW_CUSTOMER_ONLY REPEAT_CUSTOMER_ONLY",
    "paymentStatus": "PAID INCOMPLETE AWAITING_PAYMENT CANCELLED REFUNDED",
    "fulfillmentStatus": "SHIPPED AWAITING_PROCESSING",
    "ratesCalculationType": "flat table app carrier-calculated",
    "fulfilmentType": "pickup shipping delivery",
    "paymentProcessorId": "offline adyen stripe paypal custompaymentapp",
    "staffScopes": "REPORT_ACCESS CATALOG_MANAGEMENT",
    "name": "Size Photo Red Mug Tea Size",
    "value": "Red Blue x",
    "text": "Red Blue",
    "optionName": "Size Photo",
    "statusId": "PAID CUSTOM_PAYMENT_STATUS_1",
    "domain_name": "www.demo-store.example my-mugs.com",
    "domainName": "my-mugs.com a.shop www.b.shop",
    "keyword": "my-mugs Tea Mug Handmade",
    "countryCode": "US DE JP",
    "recurringInterval": "DAY WEEK MONTH YEAR",
    "activeDays": "MON TUE SUN",
    "filterFields": "price inventory onsale categories option_Size attribute_Brand",
    "imageUrls": "https://a.example/x.jpg https://a.example/y.jpg",
    "amount": "1.50 12 0.001",
    "currency": "USD EUR",
    "metadata": "{} []",
    "idempotencyKey": "6626e60a-a6f9-4cd5-8230-43d5f162e0cd 7626e60a-a6f9-4cd5-8230-43d5f162e0cd",
    "slug": "tea mug Handmade-Honey-2-p400000007 cart pages/x",
    "defaultLanguage": "en de",
    "enabledLanguages": "en de",
    "googleItemCondition": "NEW USED",
    "outOfStockVisibilityBehaviour": "HIDE SHOW",
}
_USUALLY_SENT: Final = """
    name title email code url width height options contact type key fromUrl toUrl mode selectMode status
    quantityDelta productIds sortedIds checkoutTitle paymentProcessorId id value path method imageUrls domainName
    keyword
"""
USUALLY_SENT: Final = frozenset(_USUALLY_SENT.split())
REFERENCES: Final = {
    "productId": "products",
    "productIds": "products",
    "compositeParents": "products",
    "categoryId": "categories",
    "categoryIds": "categories",
    "parentId": "categories",
    "parent": "categories",
    "parentCategory": "categories",
    "sortedIds": "categories",
    "category": "categories",
    "categories": "categories",
    "customerId": "customers",
    "customerGroupId": "customer_groups",
    "productClassId": "product_types",
    "reviewIds": "reviews",
    "ids": "customers",
}
