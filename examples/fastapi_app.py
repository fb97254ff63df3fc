"""An app for Ecwid stores: installation, webhooks, a page with orders, requests about personal data. See docs/apps.md.

Environment: APP_URL, APP_FOLDER, APP_CONTROL_PANELS, ECWID_CLIENT_ID, ECWID_CLIENT_SECRET, ECWID_TOKEN_KEYS.
"""

import json
import logging
import os
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from ecwid_async import Ecwid, EcwidError, Model
from ecwid_async.apps import IncomingRequest, Installs, PageSessions, ReceivedEvent, SQLiteInbox, Uninstalls, Webhooks
from ecwid_async.apps.asgi import AsgiApp, DeadlineMiddleware, DisconnectMiddleware, problem_response
from ecwid_async.apps.fastapi import read_request
from ecwid_async.apps.web import Health, Service
from ecwid_async.models import ApplicationEvent, Customer, CustomerEvent, Order, OrderEvent, ProfileEvent, StoreEvent
from ecwid_async.sync import Mirror
from ecwid_async.tokens import SQLTokens
from ecwid_async.transport import MemoryCache

URL = os.environ.get("APP_URL", "http://127.0.0.1:8000")
FOLDER = Path(os.environ.get("APP_FOLDER", "."))
PANELS = os.environ.get("APP_CONTROL_PANELS", "https://my.ecwid.com").split()
SCOPES = ["read_store_profile", "read_orders", "read_catalog", "read_customers"]
logging.basicConfig(level=logging.INFO)  # also for what the library logs, such as why a webhook was refused
log = logging.getLogger(__name__)

tokens = SQLTokens(f"sqlite:///{FOLDER / 'tokens.db'}")
ecwid = Ecwid(tokens=tokens, cache=MemoryCache())
inbox = SQLiteInbox(FOLDER / "inbox.db")
mirror = Mirror(f"sqlite:///{FOLDER / 'mirror.db'}")  # filled by `ecwid sync`, which reads what webhooks have marked
webhooks = Webhooks(inbox, ecwid=ecwid, stores=tokens)
installs = Installs(ecwid, tokens, redirect_uri=f"{URL}/ecwid/callback", scopes=SCOPES)
sessions = PageSessions(ecwid, page="/orders", tokens=tokens, control_panels=PANELS)
service = Service(tokens, ecwid, inbox, mirror, installs, background=[webhooks])
health = Health(service=service, inbox=inbox, ecwid=ecwid)

app = FastAPI(lifespan=service.lifespan)
app.add_exception_handler(EcwidError, problem_response)
app.add_middleware(DeadlineMiddleware, seconds=10)
app.add_middleware(DisconnectMiddleware)
routes = {"/install": installs.handle, "/callback": installs.handle, "/webhooks": webhooks.handle}
routes |= {"/page": sessions.handle, "/live": health.live, "/ready": health.ready}
app.mount("/ecwid", AsgiApp(routes, service=service))


@app.get("/orders")
async def list_orders(request: Annotated[IncomingRequest, Depends(read_request)]) -> HTMLResponse:
    """The page in the control panel: the orders of the last week."""
    session = sessions.session_of(request)
    if session is None:
        return HTMLResponse("Open this page from the control panel of your store.", 401)
    store = ecwid.store(session.store_id)
    orders = await store.orders.search(created_from=datetime.now(UTC) - timedelta(days=7)).all()
    rows = "".join(f"<li>{escape(f'{order.id}: {order.total} {order.payment_status}')}" for order in orders)
    page = f"<!doctype html><title>Orders</title><h1>Orders of the last week</h1><ul>{rows or '<li>None'}</ul>"
    return HTMLResponse(page, headers=dict(sessions.page_headers))


@webhooks.on("order.created", "order.updated")
async def order_changed(event: ReceivedEvent[OrderEvent, Order]) -> None:
    """Read the order itself: only its id in the event is worth anything."""
    order = await event.fetch()
    await mirror.mark_event(event.event)
    log.info("order %s of store %s is %s", order.id, event.store_id, order.payment_status)


@webhooks.on("application.uninstalled")
async def uninstalled(event: ReceivedEvent[ApplicationEvent, object]) -> None:
    """Forget the store, if its token really is invalid now."""
    if await uninstalls.confirm(event.store_id) == "unknown":
        raise RuntimeError("it is unknown whether the store has uninstalled the app")  # retried later


@webhooks.on("customer.personalDataRemovalRequest")
async def forget_customer(event: ReceivedEvent[CustomerEvent, Customer]) -> None:
    """A customer wants to be forgotten."""
    await mirror.forget(event.store_id, customer_id=event.entity_id)
    (FOLDER / f"customer-{event.store_id}-{event.entity_id}.json").unlink(missing_ok=True)


@webhooks.on("customer.personalDataExportRequest", "profile.personalDataExportRequest")
async def export_data(event: ReceivedEvent[StoreEvent, Model]) -> None:
    """A customer, or the owner of a store, wants all data: write it to a file for the merchant."""
    found = [await event.fetch()]
    if isinstance(event.event, CustomerEvent):
        found += await event.store.orders.search(customer_id=event.event.entity_id).all()
    file = FOLDER / f"{event.event_type.partition('.')[0]}-{event.store_id}-{event.entity_id}.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps([each.to_dict() for each in found], default=str))


@webhooks.on("profile.personalDataRemovalRequest")
async def forget_owner(event: ReceivedEvent[ProfileEvent, object]) -> None:
    """The owner of a store wants to be forgotten. The store's id is not signed: delete only what can be read again."""
    await mirror.drop_store(event.store_id)
    delete_exports(event.store_id)


async def forget_store(store_id: int) -> None:
    """Delete all that the app keeps about a store."""
    await mirror.drop_store(store_id)
    await inbox.forget(store_id)
    delete_exports(store_id)


def delete_exports(store_id: int) -> None:
    """Delete the files that were written for the merchant."""
    for file in FOLDER.glob(f"*-{store_id}-*.json"):
        file.unlink(missing_ok=True)


uninstalls = Uninstalls(ecwid, tokens, on_uninstall=forget_store)
