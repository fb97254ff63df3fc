"""`MemoryTransport` responds from a script or a function, and records requests."""

import pytest

from ecwid_async.errors import NotSent
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Options, Request

REQUEST = Request(method="GET", path="/orders", options=Options(operation="GET /orders"))


async def test_scripted_responses_are_returned_in_order_and_exceptions_raised() -> None:
    failure = NotSent("refused", request=REQUEST)
    transport = MemoryTransport([make_response({"id": 1}), failure, make_response(status=404)])
    assert (await transport.send(REQUEST)).body == b'{"id":1}'
    with pytest.raises(NotSent):
        await transport.send(REQUEST)
    assert (await transport.send(REQUEST)).status == 404
    assert transport.requests == [REQUEST] * 3


async def test_an_exhausted_script_names_the_request() -> None:
    with pytest.raises(LookupError, match=r"no response left for GET /orders"):
        await MemoryTransport([]).send(REQUEST)


async def test_a_function_computes_the_response() -> None:
    transport = MemoryTransport(lambda request: make_response({"path": request.path}))
    assert (await transport.send(REQUEST)).body == b'{"path":"/orders"}'
