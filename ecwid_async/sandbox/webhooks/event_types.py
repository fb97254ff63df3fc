"""The types of events, with the access scope that each of them needs."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

__all__ = ["EVENT_TYPES", "canonical_type", "required_scope", "to_snake_case"]

_CHANGES: Final = ("created", "updated", "deleted")
_PERSONAL_DATA: Final = ("personalDataRemovalRequest", "personalDataExportRequest")

# The actions of each family, and the scope of each action.
_FAMILIES: Final[Mapping[str, Mapping[str, str | None]]] = {
    "application": dict.fromkeys(("installed", "uninstalled", "subscriptionStatusChanged", "storageChanged")),
    "category": dict.fromkeys(_CHANGES, "read_catalog"),
    "customer": {
        **dict.fromkeys(_CHANGES, "read_customers"),
        **dict.fromkeys(_PERSONAL_DATA, "read_store_profile"),
    },
    "customer_group": dict.fromkeys(_CHANGES, "read_customers"),
    "discount_coupon": dict.fromkeys(_CHANGES, "read_discount_coupons"),
    "invoice": dict.fromkeys(("created", "deleted"), "read_invoices"),
    "order": dict.fromkeys(_CHANGES, "read_orders"),
    "product": dict.fromkeys(_CHANGES, "read_catalog"),
    "product_class": dict.fromkeys(_CHANGES, "read_catalog"),
    "profile": dict.fromkeys(("updated", "subscriptionStatusChanged", *_PERSONAL_DATA), "read_store_profile"),
    "promotion": dict.fromkeys(_CHANGES, "read_promotion"),
    "review": dict.fromkeys(_CHANGES, "read_reviews"),
    "size_chart": dict.fromkeys(_CHANGES, "read_sizecharts"),
    "unfinished_order": dict.fromkeys(_CHANGES, "read_orders"),
}
_SCOPES: Final = {
    f"{family}.{action}": scope for family, actions in _FAMILIES.items() for action, scope in actions.items()
}

EVENT_TYPES: Final = tuple(_SCOPES)
"""All documented types, and those that only Ecwid's own client has, as the documentation spells them."""

_BY_SPELLING: Final = {name.replace("_", "").lower(): name for name in EVENT_TYPES}


def canonical_type(event_type: str) -> str:
    """The type as the documentation spells it. Raises `ValueError` for a type that does not exist."""
    found = _BY_SPELLING.get(event_type.replace("_", "").lower())
    if found is None:
        similar = get_close_matches(event_type, EVENT_TYPES, n=1)
        advice = f"did you mean {similar[0]!r}?" if similar else f"use one of {', '.join(EVENT_TYPES)}"
        raise ValueError(f"{event_type[:100]!r} is not a type of event: {advice}")
    return found


def required_scope(event_type: str) -> str | None:
    """The scope that an app needs to get events of this type; None if it needs none."""
    return _SCOPES.get(event_type)


def to_snake_case(event_type: str) -> str:
    """The type as Ecwid's own client spells it: ``application.storage_changed``."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in event_type)
