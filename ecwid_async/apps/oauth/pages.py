"""The pages that an installation shows if the app has none of its own."""

from html import escape
from typing import Final

from ecwid_async.apps.errors import InstallError
from ecwid_async.apps.http import OutgoingResponse

__all__ = ["error_page", "plain_page", "success_page"]

_HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    # The address of the callback has the code.
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
_STYLE: Final = "body{font:16px/1.5 sans-serif;max-width:32em;margin:3em auto;padding:0 1em}"
_TITLES: Final = {"denied": "The app was not installed", "missing_scopes": "The app needs more permissions"}


def success_page() -> OutgoingResponse:
    """Tell the user that the app is installed."""
    return plain_page(200, "The app is installed", "You can close this page.")


def error_page(error: InstallError, start_url: str | None) -> OutgoingResponse:
    """Tell the user why the app is not installed, with a link to start again."""
    title = _TITLES.get(error.reason, "The app could not be installed")
    return plain_page(error.status, title, str(error), start_url)


def plain_page(status: int, title: str, text: str, start_url: str | None = None) -> OutgoingResponse:
    """A page with a title and a text."""
    link = "" if start_url is None else f'<p><a href="{escape(start_url)}">Start the installation again</a></p>'
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{link}</main></body></html>"
    )
    return OutgoingResponse(status, _HEADERS, html.encode("utf-8", "replace"))
