"""Calls wait in order, up to their deadline, and leave the queue when they are cancelled."""

from collections import Counter
from contextlib import suppress

import pytest
import trio
import trio.testing

from ecwid_async.errors import RateLimited, Timeout
from ecwid_async.sandbox.state import SlidingLog
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.transport.rate_limit import MemoryLimiter, Quarantine, Quota, RateLimit, token_key
from ecwid_async.transport.rate_limit.queue import _queues
from ecwid_async.wire import Lane, Request, Response
from tests.transport.rate_limit.simulation import LimitedServer, bulk_work, rate_limit_over, request, run_virtually


def test_the_ceiling_applies_to_all_tokens_and_serves_stores_in_turn() -> None:
    async def main() -> None:
        quota = Quota(ceiling=20.0, burst=5)
        limiter = MemoryLimiter(quota, clock=trio.current_time)
        served: list[tuple[float, str]] = []

        def serve(name: str) -> MemoryTransport:
            def reply(_: Request) -> Response:
                served.append((trio.current_time(), name))
                return make_response({})

            return MemoryTransport(reply)

        until = trio.current_time() + 60
        async with trio.open_nursery() as nursery:
            for number in range(10):
                name = f"store {number}"
                rate_limit = RateLimit(serve(name), limiter, token=name, quota=quota)
                # The first store sends thirty times as many calls as the others.
                nursery.start_soon(bulk_work, rate_limit, until, 30 if number == 0 else 1)
        counts = Counter(name for _, name in served)
        assert max(counts.values()) - min(counts.values()) <= 31
        moments = sorted(moment for moment, _ in served if moment < until)
        assert len(moments) >= 0.97 * 20 * 60
        for start, end in zip(moments, moments[25:], strict=False):
            assert end - start >= 1 - 1e-9, "no second has more than its requests and the slack"

    run_virtually(main)


def test_calls_are_sent_in_order_of_arrival_and_a_cancelled_one_leaves_the_queue() -> None:
    async def main() -> None:
        order: list[int] = []
        rate_limit = rate_limit_over(MemoryTransport(lambda _: make_response({})))
        cancelled = {3, 4, 7}

        async def call(number: int, scope: trio.CancelScope) -> None:
            with scope:
                await rate_limit.send(request())
                order.append(number)

        async with trio.open_nursery() as nursery:
            await rate_limit.send(request())
            for number in range(10):
                scope = trio.CancelScope()
                nursery.start_soon(call, number, scope)
                await trio.testing.wait_all_tasks_blocked()
                if number in cancelled:
                    scope.cancel()
        assert order == [number for number in range(10) if number not in cancelled]

    run_virtually(main)


def test_ten_thousand_cancelled_calls_leave_nothing_behind() -> None:
    async def main() -> None:
        limiter = MemoryLimiter(clock=trio.current_time)
        server = LimitedServer(SlidingLog())
        rate_limit = rate_limit_over(server, limiter)
        with trio.move_on_after(1.0):
            async with trio.open_nursery() as nursery:
                for _ in range(10_000):
                    nursery.start_soon(rate_limit.send, request())
        assert _queues.get() == {}
        (token,) = limiter._tokens.values()
        assert token.in_progress == 0
        assert token.held == sum(cost for _, cost in token.releases) <= 30
        started = trio.current_time()
        assert (await rate_limit.send(request())).status == 200
        assert trio.current_time() - started < 2

    run_virtually(main)


def test_a_call_that_would_miss_its_deadline_in_the_queue_fails_at_once() -> None:
    async def main() -> None:
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"})])
        rate_limit = rate_limit_over(server)
        await rate_limit.send(request())
        started = trio.current_time()
        with pytest.raises(Timeout, match="no room before the deadline; nothing was sent"):
            await rate_limit.send(request(deadline=started + 10))
        assert trio.current_time() == started
        assert len(server.requests) == 1

    run_virtually(main)


def test_a_deadline_also_applies_behind_other_calls_in_the_queue() -> None:
    async def main() -> None:
        server = MemoryTransport(
            [make_response(status=429, headers={"Retry-After": "30"}), make_response({}), make_response({})]
        )
        rate_limit = rate_limit_over(server)
        await rate_limit.send(request())
        started = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rate_limit.send, request())
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(Timeout, match="nothing was sent"):
                await rate_limit.send(request(deadline=started + 10))
            assert trio.current_time() == started + 10
            nursery.start_soon(rate_limit.send, request())
        assert trio.current_time() - started < 32
        assert len(server.requests) == 3
        assert not _queues.get()

    run_virtually(main)


def test_waiting_calls_fail_at_once_when_the_gate_closes_for_long() -> None:
    async def main() -> None:
        script = [
            make_response(status=429, headers={"Retry-After": "20"}),
            make_response(status=429, headers={"Retry-After": "80000"}),
        ]
        server = MemoryTransport([*script, *[make_response({})] * 100])
        rate_limit = rate_limit_over(server, MemoryLimiter(clock=trio.current_time))
        start = trio.current_time()
        assert (await rate_limit.send(request())).status == 429
        ended: list[float] = []

        async def call() -> None:
            with suppress(RateLimited):
                await rate_limit.send(request())
            ended.append(trio.current_time() - start)

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(call)
        assert ended == [20.0] * 10
        assert len(server.requests) == 2

    run_virtually(main)


def test_a_call_waiting_at_its_own_gate_delays_no_other_at_the_ceiling() -> None:
    async def main() -> None:
        quota = Quota(ceiling=1.0, burst=1)
        limiter = MemoryLimiter(quota, clock=trio.current_time)
        free = MemoryTransport(lambda _: make_response({}))
        mine, other = (RateLimit(free, limiter, token=token, quota=quota) for token in ("mine", "other"))
        for _ in range(3):
            await RateLimit(free, limiter, token="third", quota=quota).send(request(Lane.INTERACTIVE))
        start = trio.current_time()
        ended: dict[str, float] = {}

        async def call(name: str, rate_limit: RateLimit) -> None:
            await rate_limit.send(request(Lane.INTERACTIVE))
            ended[name] = trio.current_time() - start

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call, "mine", mine)
            await trio.testing.wait_all_tasks_blocked()
            limiter._tokens[token_key("mine")].closed_at = start
            limiter._tokens[token_key("mine")].opens_at = start + 200
            nursery.start_soon(call, "other", other)
        assert ended["other"] < 10
        assert ended["mine"] >= 200

    run_virtually(main)


def test_a_waiting_call_does_not_queue_calls_of_other_tokens() -> None:
    async def main() -> None:
        limiter, another = MemoryLimiter(clock=trio.current_time), MemoryLimiter(clock=trio.current_time)
        server = MemoryTransport([make_response(status=429, headers={"Retry-After": "30"}), make_response({})])
        free = MemoryTransport(lambda _: make_response({}))
        busy = rate_limit_over(server, limiter)
        await busy.send(request())

        class Idle(RateLimit):
            async def _wait_in_queue(self, _: Request) -> Quarantine | None:
                raise AssertionError("queued")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(busy.send, request())
            await trio.testing.wait_all_tasks_blocked()
            for used in (limiter, another):
                assert (await Idle(free, used, token="another").send(request())).status == 200

    run_virtually(main)
