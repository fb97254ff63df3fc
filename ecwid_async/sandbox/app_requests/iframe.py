"""The address with which the control panel opens the page of an app."""

from typing import Final, Literal
from urllib.parse import quote

from ecwid_async.sandbox.app_requests.encryption import Fault, encrypt_cbc
from ecwid_async.sandbox.state import App, Item, Store, encode_json

__all__ = ["IframeMode", "build_iframe_url", "build_payload"]

IframeMode = Literal["encrypted", "fragment"]
"""How an app gets the payload: encrypted in the query, or in the fragment for scripts only."""

_CACHE_KILLER: Final = "13532"


def build_payload(app: App, store: Store, *, lang: str, view_mode: str) -> Item:
    """What the control panel tells the app's page about its store. Raises `ValueError` if the app is not installed."""
    install = store.installs.get(app.client_id)
    if install is None:
        missing = f"the app {app.client_id!r} is not installed in store {store.id}"
        raise ValueError(f"{missing}: install it on the consent page, or call Sandbox.install")
    payload: Item = {"store_id": store.id, "lang": lang, "access_token": install.token, "view_mode": view_mode}
    return payload if install.public_token is None else {**payload, "public_token": install.public_token}


def build_iframe_url(
    app: App, payload: Item, *, mode: IframeMode = "encrypted", app_state: str | None = None, fault: Fault | None = None
) -> str:
    """The address of the app's page with its payload. `app_state` is encoded once more than the rest."""
    if app.iframe_url is None:
        raise ValueError(f"the app {app.client_id!r} has no iframe_url")
    state = None if app_state is None else quote(app_state, safe="")
    if mode == "fragment":
        data = encode_json(payload if state is None else {**payload, "app_state": state})
        return f"{app.iframe_url}#{data.hex()}"
    query = f"payload={encrypt_cbc(app.client_secret, encode_json(payload), fault)}"
    if state is not None:
        query += f"&app_state={quote(state, safe='')}"
    return f"{app.iframe_url}{'&' if '?' in app.iframe_url else '?'}{query}&cache-killer={_CACHE_KILLER}"
