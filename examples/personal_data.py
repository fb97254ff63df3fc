"""Personal data that an app keeps: a mirror, and files for merchants. Handlers for the requests of privacy laws.

An app includes them with `webhooks.include(personal_data.router)`, and calls `forget_store` when it is uninstalled.
Environment: APP_FOLDER, where the databases and files are.
"""

import json
import os
from pathlib import Path

from ecwid_async import Model
from ecwid_async.apps import ReceivedEvent, WebhookRouter
from ecwid_async.models import Customer, CustomerEvent, ProfileEvent, StoreEvent
from ecwid_async.sync import Mirror

FOLDER = Path(os.environ.get("APP_FOLDER", "."))
mirror = Mirror(f"sqlite:///{FOLDER / 'mirror.db'}")  # filled by `ecwid sync`, which reads what webhooks have marked
router = WebhookRouter()


@router.on("*.created", "*.updated", "*.deleted")
async def mark_in_mirror(event: ReceivedEvent[StoreEvent, Model]) -> None:
    """Let the next sync read what has changed."""
    await mirror.mark_event(event.event)


@router.on("customer.personalDataExportRequest", "profile.personalDataExportRequest")
async def export_data(event: ReceivedEvent[StoreEvent, Model]) -> None:
    """A customer, or the owner of a store, wants all data: write it to a file for the merchant."""
    found, name = [await event.fetch()], f"store-{event.store_id}-profile"  # its own id may be any text, even a path
    if isinstance(event.event, CustomerEvent):  # there, it is a number
        found += await event.store.orders.search(customer_id=event.event.entity_id).all()
        name = f"customer-{event.store_id}-{event.event.entity_id}"
    file = FOLDER / f"{name}.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps([each.to_dict() for each in found], default=str))


@router.on("customer.personalDataRemovalRequest")
async def forget_customer(event: ReceivedEvent[CustomerEvent, Customer]) -> None:
    """A customer wants to be forgotten."""
    await mirror.forget(event.store_id, customer_id=event.entity_id)
    (FOLDER / f"customer-{event.store_id}-{event.entity_id}.json").unlink(missing_ok=True)


@router.on("profile.personalDataRemovalRequest")
async def forget_owner(event: ReceivedEvent[ProfileEvent, object]) -> None:
    """The owner of a store wants to be forgotten. The store's id is not signed: delete only what can be read again."""
    await forget_store(event.store_id)


async def forget_store(store_id: int) -> None:
    """Delete what is kept about a store."""
    await mirror.drop_store(store_id)
    delete_files(store_id)


def delete_files(store_id: int) -> None:
    """Delete the files that were written for the merchant."""
    for file in FOLDER.glob(f"*-{store_id}-*.json"):
        file.unlink(missing_ok=True)
