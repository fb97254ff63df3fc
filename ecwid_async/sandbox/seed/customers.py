"""Customers of a demo store: addresses, contacts and the statistics of their orders."""

from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

from ecwid_async.sandbox.seed.customer_groups import CUSTOMER_GROUPS
from ecwid_async.sandbox.seed.products import product_id
from ecwid_async.sandbox.seed.support.people import Person, make_person
from ecwid_async.sandbox.seed.support.randomness import LAST_DAY, ItemRandom, creation_time, format_date, money
from ecwid_async.sandbox.state import Item

__all__ = ["CustomerFacts", "PurchaseTotals", "customer_facts", "customers"]

_CUSTOMER_KEY: Final = 4
_DETAILS_KEY: Final = 5


class CustomerFacts(NamedTuple):
    """The facts about a customer that orders need. `number` is the customer's index."""

    number: int
    id: int
    person: Person
    group: tuple[int, str]
    is_business: bool
    is_tax_exempt: bool


def customer_facts(seed: int, index: int) -> CustomerFacts:
    """The facts about the customer with this index."""
    rng = ItemRandom(seed, _CUSTOMER_KEY, index)
    person = make_person(rng, index + 1)
    return CustomerFacts(
        number=index,
        id=100_000_000 + index * 13,
        person=person,
        group=CUSTOMER_GROUPS[rng.pick((0, 0, 0, 0, 0, 0, 1, 1, 2, 0))],
        is_business=bool(person.company),
        is_tax_exempt=bool(person.company) and rng.chance(20),
    )


class PurchaseTotals:
    """The number, sum and dates of each customer's orders, collected while orders are generated.

    Customers are identified by their index; each takes 28 bytes.
    """

    def __init__(self, count: int) -> None:
        self.orders = array("i", bytes(4 * count))
        self.cents = array("q", bytes(8 * count))
        self.first = array("q", bytes(8 * count))
        self.last = array("q", bytes(8 * count))

    def add(self, index: int, cents: int, created: int) -> None:
        """Add one order of a customer: its total in cents, and its creation time in Unix seconds."""
        self.orders[index] += 1
        self.cents[index] += cents
        if not self.first[index] or created < self.first[index]:
            self.first[index] = created
        self.last[index] = max(created, self.last[index])

    def stats(self, index: int) -> Item:
        """The ``stats`` of a customer. Without orders, the dates are missing."""
        orders, cents = self.orders[index], self.cents[index]
        if not orders:
            return {"numberOfOrders": 0, "salesValue": 0, "averageOrderValue": 0}
        return {
            "numberOfOrders": orders,
            "salesValue": money(cents),
            "averageOrderValue": cents / orders / 100,
            "firstOrderDate": format_date(self.first[index]),
            "lastOrderDate": format_date(self.last[index]),
        }


_SOCIAL_CONTACTS: Final = (
    ("TELEGRAM", "https://t.me/{}", True),
    ("WHATSAPP", "https://wa.me/{}", False),
    ("INSTAGRAM", "https://instagram.com/{}", True),
    ("URL", "https://{}.example.com/о-нас", False),
)


def customers(seed: int, count: int, *, product_count: int, purchase_totals: PurchaseTotals) -> Iterator[Item]:
    """Yield `count` customers with the statistics in `purchase_totals`."""
    for index in range(count):
        facts = customer_facts(seed, index)
        rng = ItemRandom(seed, _DETAILS_KEY, index)
        registered = creation_time(index, count, rng)
        if purchase_totals.orders[index]:
            registered = min(registered, purchase_totals.first[index])
        updated = max(min(registered + rng.below(30) ** 5, LAST_DAY), purchase_totals.last[index])
        person = facts.person
        item: Item = {
            "id": facts.id,
            "name": person.name,
            "email": person.email,
            "registered": format_date(registered),
            "updated": format_date(updated),
            "totalOrderCount": purchase_totals.orders[index],
            "customerGroupId": facts.group[0],
            "customerGroupName": facts.group[1],
            "billingPerson": person.billing_person(),
            "shippingAddresses": _addresses(facts, rng),
            "contacts": _contacts(facts, rng, updated),
            "taxExempt": facts.is_tax_exempt,
            "taxId": f"DE{811_000_000 + index}" if facts.is_business else "",
            "taxIdValid": True,
            "b2b_b2c": "b2b" if facts.is_business else "b2c",
            "fiscalCode": "",
            "electronicInvoicePecEmail": "",
            "electronicInvoiceSdiCode": "",
            "acceptMarketing": rng.chance(40),
            "stats": purchase_totals.stats(index),
            "privateAdminNotes": "Звонить после 18:00" if rng.chance(5) else "",
            "favorites": _favorites(rng, product_count, registered),
        }
        if rng.chance(80):
            item["lang"] = person.place.language
        yield item


def _addresses(facts: CustomerFacts, rng: ItemRandom) -> list[Item]:
    items = []
    for position in range(rng.below(3)):
        person = facts.person._replace(house=facts.person.house + position * 7)
        address = person.address()
        lines = (
            address["name"],
            address["street"],
            f"{address['postalCode']} {address['city']}".strip(),
            address["countryName"],
        )
        items.append(
            {"id": 30_000_000 + facts.number * 2 + position, **address, "addressFormatted": "<br/>".join(lines)}
        )
    return items


def _contacts(facts: CustomerFacts, rng: ItemRandom, changed: int) -> list[Item]:
    first_id, date = 60_000_000 + facts.number * 3, format_date(changed)
    items: list[Item] = [
        {
            "id": first_id,
            "contact": facts.person.email,
            "type": "EMAIL",
            "default": True,
            "orderBy": 0,
            "timestamp": date,
        }
    ]
    if rng.chance(70):
        phone = facts.person.address()["phone"]
        items.append(
            {"id": first_id + 1, "contact": phone, "type": "PHONE", "default": True, "orderBy": 5, "timestamp": date}
        )
    if rng.chance(20):
        kind, link, shows_handle = rng.pick(_SOCIAL_CONTACTS)
        handle = facts.person.email.partition("@")[0].replace(".", "_")
        items.append(
            {
                "id": first_id + 2,
                "contact": link.format(handle),
                **({"handle": handle} if shows_handle else {}),
                "note": "answers late at night 🌙",
                "type": kind,
                "default": False,
                "orderBy": 10,
                "timestamp": date,
            }
        )
    return items


def _favorites(rng: ItemRandom, product_count: int, since: int) -> list[Item]:
    if not product_count:
        return []
    return [
        {"productId": product_id(rng.below(product_count)), "addedTimestamp": format_date(since + 86_400 * position)}
        for position in range(rng.below(3))
    ]
