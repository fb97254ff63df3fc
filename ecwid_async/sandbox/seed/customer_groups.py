"""Customer groups of a demo store."""

from typing import Final

from ecwid_async.sandbox.state import Item

__all__ = ["CUSTOMER_GROUPS", "customer_groups"]

CUSTOMER_GROUPS: Final = ((0, "General"), (9367001, "VIP"), (9367002, "Wholesale 批发"))
"""Id and name of each group. Group 0 always exists."""


def customer_groups() -> list[Item]:
    """The groups of a store."""
    return [{"id": number, "name": name} for number, name in CUSTOMER_GROUPS]
