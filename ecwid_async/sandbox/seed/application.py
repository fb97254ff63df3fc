"""The app to which the tokens of a demo store belong."""

from ecwid_async.sandbox.seed.support.randomness import FIRST_DAY, LAST_DAY, format_date
from ecwid_async.sandbox.state import Item

__all__ = ["app_client_id", "application"]


def app_client_id(store_id: int) -> str:
    """The client id of the store's app."""
    return f"custom-app-{store_id}-1"


def application(store_id: int) -> Item:
    """The store's subscription to the app."""
    return {
        "namespace": app_client_id(store_id),
        "startDate": format_date(FIRST_DAY),
        "expirationDate": format_date(LAST_DAY + 365 * 86_400),
        "status": "ACTIVE",
    }
