"""Requests to send, and handlers of the fault server, that the whole suite uses."""

from ecwid_async.wire import Options, Request
from tests.transport.fault_server import Exchange

PUT = Request(
    method="PUT",
    path="/products/7/inventory",
    body=b'{"quantityDelta":-1}',
    options=Options(operation="PUT …/inventory"),
)
GET = Request(method="GET", path="/orders/A", options=Options(operation="GET /orders/{orderId}", repeatable=True))


async def respond(exchange: Exchange) -> None:
    await exchange.respond(b'{"ok":true}', headers=b"Retry-After: 7\r\n")


async def hang(exchange: Exchange) -> None:
    await exchange.hang()


async def reset(exchange: Exchange) -> None:
    exchange.reset()
