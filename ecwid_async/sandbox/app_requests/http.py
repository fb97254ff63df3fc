"""Sending requests to apps over HTTP, to this machine only."""

import asyncio
from typing import Final

import aiohttp

from ecwid_async.sandbox.app_request import AppRequest, AppResponse
from ecwid_async.sandbox.webhooks import check_loopback

__all__ = ["send_app_request"]

_TIMEOUT_SECONDS: Final = 10.0
_MAX_RESPONSE: Final = 4 * 1024 * 1024


async def send_app_request(request: AppRequest, *, timeout: float = _TIMEOUT_SECONDS) -> AppResponse:  # noqa: ASYNC109
    """Send a request as the checkout does. The checkout waits 10 seconds for shipping rates and 5 for discounts.

    Raises `NotLoopback` for a URL on another machine, `ValueError` for a response above 4 MiB, `TimeoutError` if the
    app takes too long, and `aiohttp.ClientError` for other failures.
    """
    check_loopback(request.url)
    async with (
        asyncio.timeout(timeout),
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.post(request.url, data=request.body, headers=list(request.headers), allow_redirects=False) as response,
    ):
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _MAX_RESPONSE:
                raise ValueError(f"the response of the app has more than {_MAX_RESPONSE:,} bytes")
        return AppResponse(response.status, tuple(response.headers.items()), bytes(body))
