"""An app for Ecwid stores in Litestar: installation, webhooks, a page with orders. See docs/apps.md.

    uvicorn litestar_app:app

Environment: APP_URL, APP_FOLDER, APP_CONTROL_PANELS, ECWID_CLIENT_ID, ECWID_CLIENT_SECRET, ECWID_TOKEN_KEYS.
"""

import logging
import os
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from litestar import Litestar, MediaType, Request, Response, asgi, get

import personal_data
from ecwid_async import Ecwid, EcwidError
from ecwid_async.apps import Installs, PageSessions, ReceivedEvent, SQLiteInbox, Uninstalls, Webhooks
from ecwid_async.apps.asgi import AsgiApp, DeadlineMiddleware, DisconnectMiddleware, problem_response, read_request
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
routes = {"/install": installs.handle, "/callback": installs.handle, "/webhooks": webhooks.handle}
routes |= {"/page": sessions.handle, "/live": health.live, "/ready": health.ready}
parts = asgi("/ecwid", is_mount=True, copy_scope=False)(AsgiApp(routes, service=service))


@get("/orders", media_type=MediaType.HTML)
async def list_orders(request: Request[Any, Any, Any]) -> Response[str]:
    """The page in the control panel: the orders of the last week."""
    session = sessions.session_of(read_request(request.scope))
    if session is None:
        return Response("Open this page from the control panel of your store.", status_code=401)
    since = datetime.now(UTC) - timedelta(days=7)
    orders = await ecwid.store(session.store_id).orders.search(created_from=since).all()
    rows = "".join(f"<li>{escape(f'{order.id}: {order.total} {order.payment_status}')}" for order in orders)
    page = f"<!doctype html><title>Orders</title><h1>Orders of the last week</h1><ul>{rows or '<li>None'}</ul>"
    return Response(page, headers=dict(sessions.page_headers))


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

app = Litestar(
    [parts, list_orders],
    lifespan=[service.lifespan],
    exception_handlers={EcwidError: problem_response},
    middleware=[DisconnectMiddleware, lambda app: DeadlineMiddleware(app, seconds=10)],
)
