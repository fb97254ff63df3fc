"""The memory limiter drops idle tokens, and works across threads."""

import asyncio
import gc
import threading

import trio
import trio.testing

from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, RateLimit, memory, token_key
from ecwid_async.wire import Lane
from tests.transport.rate_limit.simulation import request, run_virtually


def test_idle_time_earns_no_burst() -> None:
    async def main() -> None:
        limiter = MemoryLimiter(clock=trio.current_time)
        assert await limiter.acquire("t", "store", Lane.BULK, 1) is None
        await trio.sleep(50)
        admitted = 0
        while await limiter.acquire("t", "store", Lane.BULK, 1) is None:
            admitted += 1
        assert admitted <= 4

    run_virtually(main)


def test_an_idle_token_uses_little_memory() -> None:
    import tracemalloc

    async def main() -> float:
        limiter = MemoryLimiter(Quota(ceiling=1e9), clock=trio.current_time)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1000):
            key = token_key(str(number))
            await limiter.acquire(key, "store", Lane.INTERACTIVE, 1)
            await limiter.release(key, "store", 1)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / 1000

    assert run_virtually(main) < 4096


def test_many_threads_make_and_use_limiters_at_once() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        async def main() -> None:
            for _ in range(50):
                limiter = MemoryLimiter()
                rate_limit = RateLimit(MemoryTransport(lambda _: make_response({})), limiter, token="t")
                await rate_limit.send(request(Lane.INTERACTIVE))
                for other in list(memory._limiters):
                    other.forget_in_progress()

        try:
            asyncio.run(main())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
