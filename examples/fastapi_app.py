"""An app for Ecwid stores in FastAPI: installation, webhooks, a page with orders. See docs/apps.md.

    uvicorn fastapi_app:app

Environment: APP_URL, APP_FOLDER, APP_CONTROL_PANELS, ECWID_CLIENT_ID, ECWID_CLIENT_SECRET, ECWID_TOKEN_KEYS.
"""

import logging
import os
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

import personal_data
from ecwid_async import Ecwid, EcwidError
from ecwid_async.apps import IncomingRequest, Installs, PageSessions, ReceivedEvent, SQLiteInbox, Uninstalls, Webhooks
from ecwid_async.apps.asgi import AsgiApp, DeadlineMiddleware, DisconnectMiddleware, problem_response
from ecwid_async.apps.fastapi import read_request
from ecwid_async.apps.web import Health, Service
from ecwid_async.models import Order, OrderEvent
from ecwid_async.tokens import SQLTokens

URL = os.environ.get("APP_URL", "http://127.0.0.1:8000")
FOLDER = os.environ.get("APP_FOLDER", ".")
PANELS = os.environ.get("APP_CONTROL_PANELS", "https://my.ecwid.com").split()
SCOPES = ["read_store_profile", "read_orders", "read_catalog", "read_customers"]
logging.basicConfig(level=logging.INFO)  # also for what the library logs, such as why a webhook was refused
log = logging.getLogger(__name__)

tokens = SQLTokens(f"sqlite:///{FOLDER}/tokens.db")
ecwid = Ecwid(tokens=tokens)
inbox = SQLiteInbox(f"{FOLDER}/inbox.db")
webhooks = Webhooks(inbox, ecwid=ecwid, stores=tokens)
installs = Installs(ecwid, tokens, redirect_uri=f"{URL}/ecwid/callback", scopes=SCOPES)
sessions = PageSessions(ecwid, page="/orders", tokens=tokens, control_panels=PANELS)
service = Service(tokens, ecwid, inbox, personal_data.mirror, installs, background=[webhooks])
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
    since = datetime.now(UTC) - timedelta(days=7)
    orders = await ecwid.store(session.store_id).orders.search(created_from=since).all()
    rows = "".join(f"<li>{escape(f'{order.id}: {order.total} {order.payment_status}')}" for order in orders)
    page = f"<!doctype html><title>Orders</title><h1>Orders of the last week</h1><ul>{rows or '<li>None'}</ul>"
    return HTMLResponse(page, headers=dict(sessions.page_headers))


@webhooks.on("order.created", "order.updated")
async def order_changed(event: ReceivedEvent[OrderEvent, Order]) -> None:
    """Read the order itself: only its id in the event is worth anything."""
    order = await event.fetch()
    log.info("order %s of store %s is %s", order.id, event.store_id, order.payment_status)


async def forget_store(store_id: int) -> None:
    """Delete all that the app keeps about a store."""
    await inbox.forget(store_id)
    await personal_data.forget_store(store_id)


webhooks.on("application.uninstalled")(Uninstalls(ecwid, tokens, on_uninstall=forget_store).handle_event)
webhooks.include(personal_data.router)
