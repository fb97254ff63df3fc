"""The period of a report: its orders, carts and visits.

A sandbox has no data about visitors other than their carts and orders, so each cart and each order is a visit.
"""

from functools import cached_property
from typing import Final

from attrs import frozen

from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import InRange, Item, Sort, Store, decode_json, select_rows

__all__ = ["VISIT_SECTIONS", "Period", "created_at", "items_created"]

VISIT_SECTIONS: Final = ("orders", "carts")
"""The sections whose items count as visits."""


@frozen(slots=False)
class Period:
    """The orders and carts created from `start` to `end`, in Unix seconds, and their items."""

    store: Store
    start: int
    end: int

    @cached_property
    def orders(self) -> list[Item]:
        """The orders, oldest first."""
        return items_created(self.store, "orders", self.start, self.end)

    @cached_property
    def carts(self) -> list[Item]:
        """The abandoned carts, oldest first."""
        return items_created(self.store, "carts", self.start, self.end)

    @cached_property
    def visits(self) -> list[Item]:
        """Orders and carts, oldest first."""
        return sorted([*self.orders, *self.carts], key=created_at)

    @cached_property
    def lines(self) -> list[Item]:
        """The ordered items, each with its order under ``order``."""
        return [{**line, "order": order} for order in self.orders for line in order.get("items") or ()]

    @cached_property
    def first_visits(self) -> dict[str, int]:
        """The time of the first visit by each email address, in Unix seconds, until the end of the period."""
        times: dict[str, int] = {}
        for section in VISIT_SECTIONS:
            for item in items_created(self.store, section, 0, self.end):
                email = normalized(item.get("email") or "")
                times[email] = min(times.get(email, self.end), created_at(item))
        return times

    def is_new(self, item: Item) -> bool:
        """Whether the visit is the first one of its buyer."""
        return created_at(item) <= self.first_visits.get(normalized(item.get("email") or ""), self.end)


def items_created(store: Store, section: str, start: float, end: float) -> list[Item]:
    """The items of a section created from `start` to `end`, in Unix seconds, oldest first."""
    table = store.table(section)
    table.show_due_writes()
    slots = select_rows(table.index, [InRange("created", low=start, high=end)], Sort("created"), store.switches)
    return [decode_json(row) for row in table.index.rows(slots)]


def created_at(item: Item) -> int:
    """The creation time in Unix seconds."""
    return int(item.get("createTimestamp") or 0)
