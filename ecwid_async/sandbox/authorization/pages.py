"""The pages of the authorization server. They work without JavaScript, and with the keyboard."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

__all__ = ["consent_page", "error_page"]

_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:32em;margin:3em auto;padding:0 1em}"
    "button{font:inherit;padding:.4em 1.2em;margin-right:.6em}"
)


def consent_page(client_id: str, request_id: str, scopes: Iterable[str], store_ids: Sequence[int]) -> str:
    """Ask whether the app may be installed, and in which store."""
    permissions = "".join(f"<li>{escape(scope)}</li>" for scope in sorted(scopes))
    options = "".join(f'<option value="{store_id}">{store_id}</option>' for store_id in store_ids)
    return _page(
        f"Install {client_id}",
        f"<p>The app <strong>{escape(client_id)}</strong> asks for these permissions:</p><ul>{permissions}</ul>"
        '<form method="post" action="authorize">'
        f'<input type="hidden" name="request" value="{escape(request_id)}">'
        f'<p><label>Store <select name="store_id">{options}</select></label></p>'
        '<button name="decision" value="accept">Accept</button>'
        '<button name="decision" value="decline">Decline</button></form>',
    )


def error_page(message: str) -> str:
    """Show why the app can't be installed. The user is not sent back to the app, whose address may be wrong."""
    return _page("The app can't be installed", f"<p>{escape(message)}</p>")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
