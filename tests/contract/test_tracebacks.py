"""The frames of HTTP libraries are cleared, since they contain the token. The caller's frames keep their locals."""

import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ecwid_async import Ecwid, EcwidError, RetryPolicy
from ecwid_async.wire import Options, Request, StreamBody
from tests.contract.conftest import Connect
from tests.contract.requests import reset
from tests.transport.fault_server import fault_server


def locals_of(error: BaseException, function: str) -> dict[str, object]:
    """The locals of a function's frame in the traceback of an error."""
    [frame] = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_name == function]
    return dict(frame.f_locals)


async def test_an_error_that_the_caller_is_handling_keeps_its_locals(transport_class: type[Any]) -> None:
    def divide(numerator: int) -> float:
        return numerator / 0

    async with fault_server(reset) as server:
        transport = transport_class(server.base_url)
        async with Ecwid(transport=transport, retry=RetryPolicy(attempts=1)) as ecwid:
            try:
                divide(7)
            except ZeroDivisionError as error:
                handled = error
                with pytest.raises(EcwidError):
                    await ecwid.store(1003, "secret_x").products.delete(7)
    assert locals_of(handled, "divide") == {"numerator": 7}


async def test_an_error_of_an_upload_s_source_keeps_its_locals(connect: Connect) -> None:
    async def broken(rows: int) -> AsyncIterator[bytes]:
        yield b"x"
        raise ZeroDivisionError(rows)

    async with fault_server(reset) as server:
        transport = connect(server.base_url)
        request = Request(method="POST", path="/x", body=StreamBody(broken(7)), options=Options(operation="POST /x"))
        with pytest.raises(ZeroDivisionError) as caught:
            await transport.send(request)
    assert locals_of(caught.value, "broken") == {"rows": 7}
