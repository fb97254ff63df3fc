"""The events that follow from the changes of a request, as the real store sends them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.state import Change, Item, Store, decode_json
from ecwid_async.sandbox.webhooks.event import WebhookEvent

__all__ = ["AddressedEvent", "derive_events"]

# The families of lists whose events follow from each item alone.
_FAMILIES: Final = {
    "products": "product",
    "categories": "category",
    "product_types": "product_class",
    "customers": "customer",
    "customer_groups": "customer_group",
    "coupons": "discount_coupon",
    "promotions": "promotion",
    "reviews": "review",
}
_STATUSES: Final = (("PaymentStatus", "paymentStatus"), ("FulfillmentStatus", "fulfillmentStatus"))


class AddressedEvent(NamedTuple):
    """An event, and the client id of the app that gets it; None for all installed apps."""

    event: WebhookEvent
    client_id: str | None = None


def derive_events(
    store: Store, changes: Sequence[Change], now: int, changed_by: str | None = None
) -> list[AddressedEvent]:
    """The events of these changes.

    `now` is their time in Unix seconds, and `changed_by` the client id of the app that made them, if it is known.
    """
    return [*_Derivation(store, changes, now, changed_by).events()]


class _Derivation:
    def __init__(self, store: Store, changes: Sequence[Change], now: int, changed_by: str | None) -> None:
        self._store, self._changes, self._now, self._changed_by = store, changes, now, changed_by
        self._order_changes = {each.key: each for each in self._items("orders")}

    def events(self) -> Iterator[AddressedEvent]:
        """Yield the events, orders first."""
        yield from self._of_orders()
        yield from self._of_carts()
        for section, family in _FAMILIES.items():
            for item in self._items(section):
                yield self._event(f"{family}.{item.action}", item.entity_id, self._data(family, item))
        yield from self._of_profile()
        yield from self._of_application()

    def _items(self, section: str) -> Iterator["_ItemChange"]:
        for change in self._changes:
            if change.section == section and change.before != change.after:
                yield _ItemChange(change.key, _decode(change.before), _decode(change.after))

    def _event(
        self, event_type: str, entity_id: int | str, data: Item | None = None, client_id: str | None = None
    ) -> AddressedEvent:
        event = WebhookEvent(
            event_type=event_type, store_id=self._store.id, entity_id=entity_id, event_created=self._now, data=data
        )
        return AddressedEvent(event, client_id)

    # Orders and unfinished orders.

    def _of_orders(self) -> Iterator[AddressedEvent]:
        incomplete = {ids["orderNumber"]: cart for cart, ids in self._created_carts()}
        for change in self._order_changes.values():
            if change.after is None and change.key in incomplete:
                # An order that became unfinished again: it can still be read by its number.
                change = _ItemChange(change.key, change.before, {**change.item, **incomplete[change.key]})
            data: Item = {"orderId": change.item.get("id", "")}
            if change.after is not None:
                for prefix, item in (("old", change.before), ("new", change.after)):
                    data |= {f"{prefix}{name}": item.get(key, "") for name, key in _STATUSES if item is not None}
            yield self._event(f"order.{change.action}", change.entity_id, data)
            if change.before is None:
                yield from self._of_stock(change.item)
            yield from self._of_invoices(change)

    def _of_stock(self, order: Item) -> Iterator[AddressedEvent]:
        """An order changes the stock of its products."""
        products = self._store.table("products")
        found = (line.get("productId") for line in _objects(order.get("items")))
        for product_id in dict.fromkeys(number for number in found if isinstance(number, int)):
            if product_id in products and not self._is_changed("products", product_id):
                yield self._event("product.updated", product_id)

    def _is_changed(self, section: str, key: object) -> bool:
        return any(change.section == section and change.key == key for change in self._changes)

    def _of_invoices(self, order: "_ItemChange") -> Iterator[AddressedEvent]:
        before, after = _invoice_ids(order.before), _invoice_ids(order.after)
        for action, ids in (("created", after - before), ("deleted", before - after)):
            for invoice_id in sorted(ids):
                yield self._event(f"invoice.{action}", invoice_id, {"orderId": order.item.get("id", "")})

    def _created_carts(self) -> Iterator[tuple[Item, Item]]:
        """Yield each new cart with its numbers and ids."""
        for cart in self._items("carts"):
            ids = self._ids_of_cart(cart.key)
            if cart.before is None and ids is not None:
                yield cart.item, ids

    def _of_carts(self) -> Iterator[AddressedEvent]:
        for cart in self._items("carts"):
            ids = self._ids_of_cart(cart.key)
            # A cart without a number that is gone became an order under a new number.
            if ids is None or ids["orderNumber"] in self._order_changes:
                continue
            data = {"orderId": ids.get("id", ""), "cartId": cart.key}
            yield self._event(f"unfinished_order.{cart.action}", ids["orderNumber"], data)

    def _ids_of_cart(self, cart_id: object) -> Item | None:
        unfinished: Mapping[int, Item] = self._store.section_data.get("drafts", {})
        return next((ids for ids in unfinished.values() if ids["cartId"] == cart_id), None)

    # Other lists.

    def _data(self, family: str, change: "_ItemChange") -> Item | None:
        match family:
            case "customer":
                return {"customerEmail": change.item.get("email", "")}
            case "promotion":
                return {"version": self._next_version(change)}
            case "review":
                data = {"productId": change.item.get("productId"), "orderId": change.item.get("orderId")}
                status = None if change.after is None else str(change.item.get("status") or "moderated").upper()
                return {name: value for name, value in {**data, "status": status}.items() if value is not None}
            case _:
                return None

    def _next_version(self, promotion: "_ItemChange") -> int:
        versions = self._store.records("promotion_versions")
        number: int = versions.get(promotion.key, 0 if promotion.before is None else 1)
        if promotion.after is not None:
            number += 1
            versions[promotion.key] = number
        return number

    # The store and the app.

    def _of_profile(self) -> Iterator[AddressedEvent]:
        for change in self._changes:
            if change.section != "profile":
                continue
            before, after = _split_profile(change.before), _split_profile(change.after)
            if before.rest != after.rest:
                yield self._event("profile.updated", self._store.id)
            if before.plan != after.plan:
                names = {"oldSubscriptionName": before.plan, "newSubscriptionName": after.plan}
                yield self._event("profile.subscriptionStatusChanged", self._store.id, names)

    def _of_application(self) -> Iterator[AddressedEvent]:
        own_id = str(self._store.id)
        uninstalled = False
        for section, key, before, after in self._changes:
            match section:
                case "installs" if (before is None) != (after is None):
                    uninstalled = uninstalled or after is None
                    action = "uninstalled" if after is None else "installed"
                    yield self._event(f"application.{action}", own_id, client_id=str(key))
                case "storage" if before != after:
                    yield self._event("application.storageChanged", own_id, {"key": key}, self._changed_by)
                case "section_data" if str(key).partition(" ")[0] == "application" and not uninstalled:
                    yield from self._of_app_subscription(before, after)

    def _of_app_subscription(self, before: Any, after: Any) -> Iterator[AddressedEvent]:
        old, new = ((each or {}).get("status") for each in (before, after))
        if old is None or new is None or old == new:
            return
        namespace = after.get("namespace")
        yield self._event(
            "application.subscriptionStatusChanged",
            str(self._store.id),
            {"oldSubscriptionStatus": old, "newSubscriptionStatus": new},
            client_id=namespace if namespace in self._store.installs else None,
        )


@frozen
class _ItemChange:
    """A change of an item of a list."""

    key: Any
    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """The item as it is, or as it was before it was deleted."""
        return self.after if self.after is not None else self.before or {}

    @property
    def entity_id(self) -> int | str:
        number: int | str = self.key
        return number

    @property
    def action(self) -> str:
        return "created" if self.before is None else "deleted" if self.after is None else "updated"


@frozen
class _Profile:
    plan: str
    rest: Item


# What no event reports: the number of the next invoice, and the ways of delivery and payment.
_UNREPORTED: Final = (
    ("taxInvoiceSettings", "taxInvoiceIdNextNumber"),
    ("shipping", "shippingOptions"),
    ("payment", "paymentOptions"),
)


def _split_profile(profile: Any) -> _Profile:
    """The name of the plan, and the rest of the profile that events report."""
    rest: Item = dict(profile or {})
    for part, name in _UNREPORTED:
        rest[part] = _object(rest.get(part))
        rest[part].pop(name, None)
    billing = _object(rest.get("accountBilling"))
    plan = str(billing.pop("pricingPlanId", ""))
    return _Profile(plan, {**rest, "accountBilling": billing})


def _invoice_ids(order: Item | None) -> set[int]:
    ids = (invoice.get("internalId") for invoice in _objects((order or {}).get("invoices")))
    return {number for number in ids if isinstance(number, int)}


# Values of exported items may have any type.


def _object(value: object) -> Item:
    return dict(value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Item]:
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []


def _decode(raw: object) -> Item | None:
    return decode_json(raw) if isinstance(raw, bytes) else None
