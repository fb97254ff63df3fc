"""Apps in FastAPI: verified events and requests as dependencies. `ecwid_async.apps.asgi` has all the rest."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import HTTPException, Request, Response
from starlette.requests import ClientDisconnect

from ecwid_async.apps import asgi
from ecwid_async.apps.asgi.messages import (
    BodyTooLarge,
    BodyTooSlow,
    ClientGone,
    incoming_request,
)
from ecwid_async.apps.asgi.types import Message, Receive
from ecwid_async.apps.errors import WebhookRejected
from ecwid_async.apps.http import IncomingRequest, OutgoingResponse
from ecwid_async.apps.web import DEFAULT_BODY_TIMEOUT, Problem, check_limits
from ecwid_async.apps.webhooks import VerifiedEvent, WebhookVerifier

__all__ = ["as_response", "read_request", "verified_event"]

_log: Final = logging.getLogger("ecwid_async.webhooks")


async def read_request(request: Request) -> IncomingRequest:
    """A dependency: the request as the parts of this library take it, without its body.

    ``async def page(request: Annotated[IncomingRequest, Depends(read_request)])``
    """
    return asgi.read_request(request.scope)


def as_response(response: OutgoingResponse) -> Response:
    """The response of a part of this library, for a path operation to return."""
    sent = Response(response.body, response.status)
    for name, value in response.headers:
        sent.headers.append(name, value)
    return sent


def verified_event(
    verifier: WebhookVerifier, *, body_timeout: float = DEFAULT_BODY_TIMEOUT
) -> Callable[[Request], Awaitable[VerifiedEvent]]:
    """Return a dependency that yields the event of a webhook.

    ``async def webhook(event: Annotated[VerifiedEvent, Depends(verified_event(verifier))])``

    A request that can't be trusted gets a 401, one with a body that is too large, too slow or malformed a 413, 408 or
    the status of `WebhookRejected`; the function is not called. It has ten seconds to return: Ecwid repeats a webhook
    that had no response by then, and the app has to recognize the repeated one by its `event_id`. `Webhooks` does all
    of this.
    """
    check_limits(verifier.max_body, body_timeout)

    async def read_event(request: Request) -> VerifiedEvent:
        try:
            read = await incoming_request(
                request.scope, _receive_of(request), max_body=verifier.max_body, body_timeout=body_timeout
            )
            return verifier.verify(read)
        except WebhookRejected as error:
            # Not its message, which explains how a signature differs from the right one.
            _log.warning("webhook refused: %s", error)
            raise HTTPException(error.status, Problem.of(error).detail) from None
        except BodyTooLarge:
            raise HTTPException(413, f"The body has more than {verifier.max_body:,} bytes.") from None
        except (BodyTooSlow, ClientGone):
            raise HTTPException(408, "The body did not arrive in time.") from None

    return read_event


def _receive_of(request: Request) -> Receive:
    """The messages of the body, which FastAPI has read already if the path operation has it as a parameter too."""
    chunks = request.stream()

    async def receive() -> Message:
        try:
            return {"type": "http.request", "body": await anext(chunks), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request"}
        except ClientDisconnect:
            return {"type": "http.disconnect"}

    return receive
