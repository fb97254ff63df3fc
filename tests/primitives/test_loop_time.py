"""The time of the running event loop."""

import anyio
import pytest

from ecwid_async.primitives.loop_time import loop_time


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_is_the_time_of_the_running_event_loop(backend: str) -> None:
    async def read() -> None:
        before = anyio.current_time()
        assert before <= loop_time() <= anyio.current_time()

    anyio.run(read, backend=backend)


def test_there_is_none_without_an_event_loop() -> None:
    with pytest.raises(anyio.NoEventLoopError):
        loop_time()
