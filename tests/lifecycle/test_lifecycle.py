"""One client serves several event loops, threads and processes, is closed and used again, and survives cancellation."""

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from ecwid_async import Ecwid, EcwidError, NotFound, NotSent, OutcomeUnknown, Timeout
from ecwid_async.errors import DecodeError, ServerError
from ecwid_async.models.orders import Order
from ecwid_async.transport import Settings
from ecwid_async.transport.aiohttp import AiohttpTransport
from ecwid_async.transport.memory import MemoryTransport
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota, queue
from tests.chaos.virtual_time import run_virtually
from tests.contract.requests import hang
from tests.lifecycle import workers
from tests.transport.fault_server import Exchange, FaultServer, fault_server, fault_server_thread

forking = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


async def respond(exchange: Exchange) -> None:
    """Respond by the order's id: with an order, or with a failure of that name."""
    order_id = exchange.line.split()[1].rpartition("/")[2]
    if order_id == "hangs":
        await exchange.hang()
    elif order_id == "breaks":
        exchange.reset()
    elif order_id == "missing":
        await exchange.respond(b'{"errorCode":"ORDER_NOT_FOUND"}', status="404 Not Found")
    elif order_id == "fails":
        await exchange.respond(status="500 Oops")
    elif order_id == "odd":
        await exchange.respond(b"[]")
    else:
        await exchange.respond(b'{"id":"%s","total":12.50,"new":{"a":[1]}}' % order_id.encode())


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server_thread(respond) as server:
        yield server


# Event loops and threads.


def test_a_client_serves_one_asyncio_run_after_another(server: FaultServer) -> None:
    ecwid = Ecwid(base_url=server.base_url)
    store = ecwid.store(1003, "secret_x")

    async def main(number: int) -> str | None:
        async with ecwid:
            await store.orders.get(number)
            return (await store.orders.get(number)).id

    assert [asyncio.run(main(number)) for number in (1, 2, 3)] == ["1", "2", "3"]
    assert server.connections == 3, "one for each event loop, reused while it runs"


def test_a_client_left_open_in_one_loop_works_in_the_next(server: FaultServer) -> None:
    """The connections of a closed loop are dropped when the next one starts."""
    ecwid = Ecwid(base_url=server.base_url)
    store = ecwid.store(1003, "secret_x")

    async def main(number: int) -> str | None:
        return (await store.orders.get(number)).id

    async def last() -> str | None:
        async with ecwid:
            return await main(2)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        assert asyncio.run(main(1)) == "1"
        assert asyncio.run(last()) == "2"
        gc.collect()
    ours, *pythons = [str(warning.message) for warning in caught]
    assert ours == UNCLOSED.format(server.base_url)
    assert all(message.startswith("unclosed ") for message in pythons), "of sockets, whose event loop can't close them"


UNCLOSED = (
    "connections to {} were not closed: use `async with Ecwid() as ecwid`, or `await ecwid.aclose()` before the event "
    "loop ends"
)


async def test_a_client_that_was_not_closed_says_so_and_is_closed(server: FaultServer) -> None:
    """No warning of aiohttp follows, which names neither `Ecwid` nor what to do."""
    reports: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reports.append(context["message"]))
    ecwid = Ecwid(base_url=server.base_url)
    store = ecwid.store(1003, "secret_x")
    await store.orders.get(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del ecwid
        assert (await store.orders.get(2)).id == "2", "a store keeps the connections of its client"
        assert reports == []
        del store
        assert reports == [UNCLOSED.format(server.base_url)], "at once, without the garbage collector"
        await asyncio.to_thread(server.wait_all_closed)
        gc.collect()
    assert len(reports) == 1
    assert [(warning.category, str(warning.message)) for warning in caught] == [(ResourceWarning, reports[0])]


def test_a_client_dropped_in_another_thread_is_closed_by_its_event_loop(server: FaultServer) -> None:
    """The event loop waits for nothing else, and its debug mode refuses what is not safe in threads."""
    loop = asyncio.new_event_loop()
    loop.set_debug(True)
    reports: list[tuple[str, threading.Thread]] = []
    loop.set_exception_handler(lambda _loop, context: reports.append((context["message"], threading.current_thread())))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        ecwid = Ecwid(base_url=server.base_url)
        call = ecwid.store(1003, "secret_x").orders.get(1)
        asyncio.run_coroutine_threadsafe(call, loop).result(30)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(30)  # the loop has dropped the call
        del call
        with pytest.warns(ResourceWarning, match="were not closed"):
            del ecwid
        server.wait_all_closed()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
    assert reports == [(UNCLOSED.format(server.base_url), thread)]


ENDING_WITH_A_DAEMON_THREAD = """
import asyncio, sys, threading
from ecwid_async import Ecwid

loop = asyncio.new_event_loop()
loop.set_debug(True)
threading.Thread(target=loop.run_forever, daemon=True).start()
ecwid = Ecwid(base_url=sys.argv[1])
asyncio.run_coroutine_threadsafe(ecwid.store(1003, "secret_x").orders.get(1), loop).result(30)
"""


def test_a_program_that_ends_while_a_thread_has_a_client_names_the_client_only(server: FaultServer) -> None:
    command = [sys.executable, "-c", ENDING_WITH_A_DAEMON_THREAD, server.base_url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    shown = [line for line in done.stderr.splitlines() if not line.startswith("Executing ")]
    assert shown[0] == UNCLOSED.format(server.base_url)
    assert "aiohttp" not in done.stderr
    assert "Exception ignored" not in done.stderr


async def test_a_client_that_was_closed_or_never_used_says_nothing(server: FaultServer) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Ecwid(base_url=server.base_url)
        async with Ecwid(base_url=server.base_url) as ecwid:
            await ecwid.store(1003, "secret_x").orders.get(1)
        del ecwid
        gc.collect()
    assert caught == []


def test_threads_with_a_loop_each_share_a_client_and_its_quota(server: FaultServer) -> None:
    """Time stands still for the quota until all admitted calls are sent and all others have asked again."""
    quota = Quota(requests=10, window=0.05, reserve=1, burst=10, ceiling=10_000.0)
    now, clock_readings = 1000.0, 0

    def clock() -> float:
        nonlocal clock_readings
        clock_readings += 1
        return now

    limiter = MemoryLimiter(quota, clock=clock)
    ecwid = Ecwid(base_url=server.base_url, quota=quota, limiter=limiter)

    async def main() -> None:
        async with ecwid:
            store = ecwid.store(1003, "secret_x")
            await asyncio.gather(*(store.orders.get("A") for _ in range(6)))

    with ThreadPoolExecutor(4) as pool:
        threads = [pool.submit(asyncio.run, main()) for _ in range(4)]
        wait_until(lambda: len(server.log) >= quota.requests)
        before = clock_readings
        wait_until(lambda: clock_readings > before + 40)
        assert len(server.log) == quota.requests, "the quota belongs to the process, not to a thread"
        while not all(thread.done() for thread in threads):
            now += quota.window
            time.sleep(0.002)
        for thread in threads:
            thread.result()
    assert len(server.log) == 24
    assert not [key for key in queue.waiting_calls if key[0] == id(limiter)]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that another thread fulfils."""
    give_up = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.002)


# Processes.


def patient_client(server: FaultServer) -> Ecwid:
    """A client whose idle connections do not expire while a busy machine runs a child."""
    return Ecwid(transport=AiohttpTransport(server.base_url, Settings(keep_alive=600)))


@forking
def test_a_forked_worker_uses_a_client_made_and_used_before_the_fork(server: FaultServer) -> None:
    ecwid = patient_client(server)

    async def use(number: int) -> str | None:
        return (await ecwid.store(1003, "secret_parent").orders.get(number)).id

    async def parent() -> tuple[list[tuple[int, str | None]], str | None]:
        async with ecwid:
            await use(1)
            workers.client_before_fork[:] = [ecwid]
            with warnings.catch_warnings():
                # Newer Pythons warn of forks with threads, and the server runs in one.
                warnings.simplefilter("ignore", DeprecationWarning)
                with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
                    loop = asyncio.get_running_loop()
                    found = [await loop.run_in_executor(pool, workers.use_client_after_fork, n) for n in (2, 3)]
            return found, await use(4)

    children, last = asyncio.run(parent())
    assert [found for _, found in children] == ["2", "3"]
    assert {process for process, _ in children}.isdisjoint({os.getpid()})
    assert last == "4"
    used = {exchange.line.split()[1].rpartition("/")[2]: exchange.connection for exchange in server.log}
    assert used["1"] == used["4"], "the parent keeps its connection"
    assert len({used["1"], used["2"], used["3"]}) == 3, "the child has others, one for each of its loops"


@forking
def test_a_child_that_drops_a_client_leaves_the_connections_to_its_parent(server: FaultServer) -> None:
    """Both processes have the same epoll: what the child removes from it, the parent would never hear of again."""
    clients = [patient_client(server)]

    async def use(number: int) -> str | None:
        return (await clients[0].store(1003, "secret_x").orders.get(number).with_timeout(30)).id

    async def main() -> tuple[int, str | None]:
        await use(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            code = 2
            try:
                signal.alarm(30)
                asyncio.events._set_running_loop(None)
                asyncio.run(use(2))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ResourceWarning)
                    clients.clear()
                    gc.collect()
                code = 0
            finally:
                os._exit(code)
        _, ended = await asyncio.to_thread(os.waitpid, child, 0)
        async with clients[0]:
            return os.waitstatus_to_exitcode(ended), await use(3)

    assert asyncio.run(main()) == (0, "3")
    used = {exchange.line.split()[1].rpartition("/")[2]: exchange.connection for exchange in server.log}
    assert used["1"] == used["3"]


@forking
def test_a_fork_during_calls_leaves_their_slots_to_the_parent(server: FaultServer) -> None:
    """Exchanges in progress at the fork end in the parent: the child must not wait for their slots."""
    in_progress = threading.Semaphore(0)

    async def count_and_respond(exchange: Exchange) -> None:
        in_progress.release()
        await respond(exchange)

    server.handler = count_and_respond
    quota = Quota(requests=2, window=0.2, reserve=1, burst=5)
    ecwid = Ecwid(base_url=server.base_url, quota=quota)
    store = ecwid.store(1003, "secret_x")

    async def once() -> int:
        return 0 if (await store.orders.get("A")).id == "A" else 3

    async def main() -> int:
        async with ecwid:
            tasks = [asyncio.ensure_future(store.orders.get("hangs")) for _ in range(3)]
            await asyncio.to_thread(in_progress.acquire, timeout=30)
            await asyncio.to_thread(in_progress.acquire, timeout=30)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
            if not child:
                code = 2
                try:
                    signal.alarm(30)
                    asyncio.events._set_running_loop(None)
                    code = asyncio.run(once())
                finally:
                    os._exit(code)
            _, ended = await asyncio.to_thread(os.waitpid, child, 0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return os.waitstatus_to_exitcode(ended)

    assert asyncio.run(main()) == 0


@pytest.fixture(scope="module")
def spawned() -> Iterator[ProcessPoolExecutor]:
    # At the end of the path, so that the installed package is tested.
    path, sys.path = sys.path, [*sys.path, str(Path(__file__).parents[2])]
    try:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            yield pool
    finally:
        sys.path = path


def pickled_call(order_id: str) -> bytes:
    """A pickled call, built without a server."""
    store = Ecwid(transport=MemoryTransport([]), quota=None).store(1003, "secret_parent")
    return pickle.dumps(store.orders.get(order_id))


def test_a_spawned_worker_sends_a_call_and_returns_its_result(
    server: FaultServer, spawned: ProcessPoolExecutor
) -> None:
    pickled = pickled_call("EG4H2")
    assert b"secret_parent" not in pickled
    process, order = spawned.submit(workers.send_pickled, server.base_url, pickled).result(60)
    assert process != os.getpid()
    assert isinstance(order, Order)
    assert (order.id, str(order.total), order.extra) == ("EG4H2", "12.50", {"new": {"a": [1]}})
    assert server.log[0].header("authorization") == "Bearer secret_worker"


@pytest.mark.parametrize(
    ("order_id", "error"),
    [
        ("missing", NotFound),
        ("fails", ServerError),
        ("breaks", OutcomeUnknown),
        ("hangs", Timeout),
        ("odd", DecodeError),
        ("refused", NotSent),
    ],
)
def test_an_error_of_a_worker_arrives_complete(
    server: FaultServer, spawned: ProcessPoolExecutor, order_id: str, error: type[EcwidError]
) -> None:
    base_url = "http://127.0.0.1:1/api/v3" if error is NotSent else server.base_url
    # Only for the case that times out, since a busy machine may be slow.
    timeout = 0.5 if error is Timeout else None
    with pytest.raises(error, match=r"GET /orders/\{orderId\}") as caught:
        spawned.submit(workers.send_pickled, base_url, pickled_call(order_id), timeout).result(60)
    assert isinstance(caught.value, error)
    if not isinstance(caught.value, DecodeError):
        assert caught.value.request.path == f"/orders/{order_id}"
        assert caught.value.request_id == caught.value.request.id
    assert "secret_worker" not in repr(pickle.dumps(caught.value))


# Closing and cancellation.


async def test_a_client_is_closed_twice_and_used_again_afterwards() -> None:
    async with fault_server(respond) as server:
        ecwid = Ecwid(base_url=server.base_url)
        store = ecwid.store(1003, "secret_x")
        await ecwid.aclose()
        async with ecwid:
            await store.orders.get(1)
        await asyncio.gather(ecwid.aclose(), ecwid.aclose())
        await server.all_closed()
        async with ecwid:
            assert (await store.orders.get(2)).id == "2"
        await server.all_closed()


async def test_leaving_under_cancellation_closes_every_connection() -> None:
    async with fault_server(hang) as server:

        async def main() -> None:
            async with Ecwid(base_url=server.base_url) as ecwid, asyncio.TaskGroup() as group:
                for number in range(10):
                    group.create_task(ecwid.store(1003, "secret_x").orders.get(number))

        task = asyncio.ensure_future(main())
        await server.arrived(10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.all_closed()
        assert server.connections == 10


async def test_leaving_under_a_cancelled_scope_closes_every_connection() -> None:
    """In a cancelled scope of anyio every await is cancelled again, also while closing."""
    async with fault_server(hang) as server:
        with anyio.CancelScope() as scope:
            async with Ecwid(base_url=server.base_url) as ecwid, anyio.create_task_group() as group:
                for number in range(10):
                    group.start_soon(ecwid.store(1003, "secret_x").orders.get, number)
                await server.arrived(10)
                scope.cancel()
        assert scope.cancelled_caught
        await server.all_closed()


def test_many_cancelled_calls_leave_no_connection_task_or_waiter_behind() -> None:
    """Cancelled while waiting for the quota or a connection, connecting, sending, and waiting for the response."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        quota = Quota(requests=100_000, reserve=1, burst=400, ceiling=1_000.0)
        limiter = MemoryLimiter(quota, clock=loop.time)
        async with fault_server(hang) as server:
            transport = AiohttpTransport(server.base_url, Settings(connections=10))
            async with Ecwid(base_url=server.base_url, transport=transport, quota=quota, limiter=limiter) as ecwid:
                store = ecwid.store(1003, "secret_x")
                before = asyncio.all_tasks()
                for batch in range(20):
                    tasks = [asyncio.ensure_future(store.orders.get(number)) for number in range(100)]
                    for _ in range(batch * 2):
                        await asyncio.sleep(0)
                    for task in tasks:
                        task.cancel()
                    ended = await asyncio.gather(*tasks, return_exceptions=True)
                    assert {type(end) for end in ended} == {asyncio.CancelledError}
                    await asyncio.sleep(1)
                await server.all_closed()
                assert server.log, "some requests were sent before they were cancelled"
                # The server's tasks end with its connections.
                assert {task for task in asyncio.all_tasks() - before if "FaultServer" not in repr(task)} == set()
                assert not queue._queues.get({})
                assert not [key for key in queue.waiting_calls if key[0] == id(limiter)]
                assert [token.in_progress for token in limiter._tokens.values()] == [0]
                server.handler = respond
                assert (await store.orders.get("A")).id == "A"
            await server.all_closed()

    run_virtually(main())
