"""Sending webhooks over HTTP, to this machine only."""

import asyncio
from collections.abc import Iterable
from typing import Final

import aiohttp

from ecwid_async.sandbox.app_request import AppRequest
from ecwid_async.sandbox.webhooks.loopback import check_loopback

__all__ = ["ANSWER_SECONDS", "CONNECT_SECONDS", "send_over_http"]

CONNECT_SECONDS: Final = 3.0
"""How long Ecwid waits for a connection."""
ANSWER_SECONDS: Final = 10.0
"""How long Ecwid waits for the response once it is connected."""


async def send_over_http(
    request: AppRequest, *, connect_seconds: float = CONNECT_SECONDS, answer_seconds: float = ANSWER_SECONDS
) -> int:
    """Send a webhook as Ecwid does, and return the status of the response. Redirects are not followed.

    Raises `NotLoopback` for a URL on another machine, `TimeoutError` if the app takes too long to connect or to
    respond, and `OSError` or `aiohttp.ClientError` for other failures.
    """
    check_loopback(request.url)
    timeout = aiohttp.ClientTimeout(total=None, connect=connect_seconds, sock_read=answer_seconds)
    async with (
        # A connection of its own for each request: a reused one may be closed just when it is used.
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as session,
        # For responses that arrive byte by byte.
        asyncio.timeout(connect_seconds + answer_seconds),
        session.post(
            request.url,
            data=request.body,
            headers=_with_one_spelling(request.headers),
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        ) as response,
    ):
        return response.status


def _with_one_spelling(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with the first spelling of each name: aiohttp sends only the last of two spellings."""
    spellings: dict[str, str] = {}
    return [(spellings.setdefault(name.lower(), name), value) for name, value in headers]
