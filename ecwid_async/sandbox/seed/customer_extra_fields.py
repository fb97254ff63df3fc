"""Extra fields of customers in a demo store."""

from typing import Any

__all__ = ["customer_extra_fields"]


def customer_extra_fields() -> list[dict[str, Any]]:
    """The extra fields of a store."""
    fields = (
        ("6r0fUGw", "Offline card ID", "TEXT", False, "2022-03-26 10:24:22 +0000"),
        ("k2pQ9xa", "Geburtstag – День рождения 🎂", "DATETIME", True, "2023-11-02 18:05:00 +0000"),
    )
    return [
        {
            "key": key,
            "title": title,
            "entityTypes": ["CUSTOMERS"],
            "type": kind,
            "shownOnOrderDetails": shown,
            "linkedWithCheckoutField": False,
            "createdDate": created,
            "lastModifiedDate": created,
        }
        for key, title, kind, shown, created in fields
    ]
