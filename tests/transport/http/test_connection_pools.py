"""The pools of closed event loops are dropped, even if they were left open."""

import asyncio
import gc
import socket

import pytest

from ecwid_async.errors import NotSent
from ecwid_async.transport.httpx2 import Httpx2Transport
from ecwid_async.transport.pyqwest import PyqwestTransport
from tests.contract.requests import GET


@pytest.mark.filterwarnings("ignore:connections to:ResourceWarning")
@pytest.mark.parametrize("transport_class", [Httpx2Transport, PyqwestTransport])
def test_only_the_pool_of_the_last_loop_is_kept(
    transport_class: type[Httpx2Transport] | type[PyqwestTransport],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert pools_after_three_loops(transport_class(f"http://127.0.0.1:{taken.getsockname()[1]}/api/v3")) == 1
    gc.collect()  # the last one, while its warning is ignored


def pools_after_three_loops(transport: Httpx2Transport | PyqwestTransport) -> int:
    async def use() -> None:
        with pytest.raises(NotSent):
            await transport.send(GET)

    for _ in range(3):
        asyncio.run(use())
    return len(transport._pools)
