"""Apps under ASGI: in FastAPI, Starlette, Litestar, or without a framework. None of them is imported."""

from ecwid_async.apps.asgi.app import AsgiApp
from ecwid_async.apps.asgi.deadline import DeadlineMiddleware
from ecwid_async.apps.asgi.disconnect import DisconnectMiddleware
from ecwid_async.apps.asgi.lifespan import LifespanMiddleware
from ecwid_async.apps.asgi.messages import read_request
from ecwid_async.apps.asgi.problems import problem_response
from ecwid_async.apps.asgi.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "ASGIApp",
    "AsgiApp",
    "DeadlineMiddleware",
    "DisconnectMiddleware",
    "LifespanMiddleware",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "problem_response",
    "read_request",
]
