"""Staff accounts and an open invitation of a demo store."""

from typing import Final

from ecwid_async.sandbox.state import Item

__all__ = ["staff"]

_STAFF: Final = (
    ("p27632593", "John Doe", "john.doe@example.com", ("REPORT_ACCESS", "SALES_MANAGEMENT"), True),
    ("p27632594", "Мария Иванова", "maria@example.com", ("CATALOG_MANAGEMENT", "MARKETING_MANAGEMENT"), True),
    ("p27632595", "new.colleague", "new.colleague@example.com", ("SALES_MANAGEMENT",), False),
)


def staff() -> dict[str, Item]:
    """Staff accounts by id."""
    return {
        name: {"id": name, "name": person, "email": email, "staffScopes": list(scopes), "inviteAccepted": accepted}
        for name, person, email, scopes, accepted in _STAFF
    }
