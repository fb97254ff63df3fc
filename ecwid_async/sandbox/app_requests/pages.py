"""Pages of the sandbox's server around an app: the control panel, and the store to which a customer returns.

``/cp/{clientId}/{storeId}`` shows the app's page in a frame, with ``?mode=fragment``, ``lang``, ``view_mode`` or
``app_state`` if given. ``/custompaymentapps/{storeId}?orderId=…`` shows what became of a payment.
"""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote

from ecwid_async.sandbox.app_request import AppResponse
from ecwid_async.sandbox.state import parse_number

if TYPE_CHECKING:
    from ecwid_async.sandbox.sandbox import Sandbox

__all__ = ["PAGE_PATHS", "render_page"]

PAGE_PATHS: Final = ("/cp/", "/custompaymentapps/")
"""How the paths of these pages start."""

_HEADERS: Final = (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"))
_STYLE: Final = (
    "body{margin:0;height:100vh;display:flex;flex-direction:column;font:16px/1.5 sans-serif}"
    "header{padding:.5em 1em;background:#eee}p{margin:2em}iframe{border:0;flex:1}"
)
_RESULTS: Final = {"INCOMPLETE": "Your order is not paid.", "CANCELLED": "Payment error"}


def render_page(sandbox: "Sandbox", path: str, query: str) -> AppResponse:
    """The page at a path, or one that says what is missing, with status 404."""
    segments = [unquote(part) for part in path.strip("/").split("/")]
    texts = dict(parse_qsl(query, keep_blank_values=True))
    try:
        if segments[0] == "cp" and len(segments) == 3:
            title = f"Control panel of store {segments[2]}"
            frame = _frame(sandbox, segments[1], segments[2], texts)
            return _page(title, f"<header>{escape(title)} (sandbox)</header>{frame}")
        if segments[0] == "custompaymentapps" and len(segments) == 2:
            return _page("Store", f"<p>{escape(_payment_result(sandbox, segments[1], texts))}</p>")
    except KeyError:
        return _page("Not found", "<p>There is no such app or store.</p>", status=404)
    except (LookupError, ValueError) as error:
        return _page("Not found", f"<p>{escape(str(error))}</p>", status=404)
    return _page("Not found", "<p>There is no such page.</p>", status=404)


def _frame(sandbox: "Sandbox", client_id: str, store_id: str, texts: Mapping[str, str]) -> str:
    url = sandbox.iframe_url(
        client_id,
        parse_number(store_id) or 0,
        mode="fragment" if texts.get("mode") == "fragment" else "encrypted",
        lang=texts.get("lang", "en"),
        view_mode=texts.get("view_mode", "PAGE"),
        app_state=texts.get("app_state"),
    )
    return f'<iframe title="{escape(client_id)}" src="{escape(url)}"></iframe>'


def _payment_result(sandbox: "Sandbox", store_id: str, texts: Mapping[str, str]) -> str:
    store = sandbox.stores[parse_number(store_id) or 0]
    path = f"/orders/{quote(texts.get('orderId', '-'), safe='')}"
    status = sandbox.request_as_ecwid(store, "GET", path).get("paymentStatus")
    return f"{_RESULTS.get(str(status), 'Thank you for your order')} {texts.get('errorMsg', '')}".strip()


def _page(title: str, body: str, *, status: int = 200) -> AppResponse:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    return AppResponse(status, _HEADERS, text.encode())
