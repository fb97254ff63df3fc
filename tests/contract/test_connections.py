"""Connections are reused, limited and closed, with one pool for each event loop and process."""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import evolve

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError
from ecwid_async.wire import StreamBody, Transport
from tests.contract.conftest import Connect
from tests.contract.requests import GET, PUT, hang, respond
from tests.transport.fault_server import Exchange, fault_server, fault_server_thread


async def test_a_connection_is_reused(connect: Connect) -> None:
    async with fault_server(respond) as server:
        transport = connect(server.base_url)
        assert not server.connections
        for _ in range(10):
            await transport.send(GET)
            async with transport.stream(GET) as response:
                assert [chunk async for chunk in response.chunks] == [b'{"ok":true}']
    # pyqwest returns connections in another thread, sometimes a moment too late.
    assert server.connections < 10


async def test_the_connection_of_a_large_response_is_reused(connect: Connect) -> None:
    async def large(exchange: Exchange) -> None:
        await exchange.respond(b"x" * 300_000)

    async with fault_server(large) as server:
        transport = connect(server.base_url)
        for _ in range(10):
            assert len((await transport.send(GET)).body) == 300_000
    # pyqwest returns connections in another thread, sometimes a moment too late.
    assert server.connections < 5


async def test_a_connection_idle_for_too_long_is_not_reused(connect: Connect) -> None:
    async with fault_server(respond) as server:
        transport = connect(server.base_url, keep_alive=0.01)
        await transport.send(GET)
        await asyncio.sleep(0.1)
        await transport.send(GET)
    assert server.connections == 2


async def test_the_pool_is_limited_and_calls_take_turns(connect: Connect) -> None:
    open_now, most = 0, 0
    all_connections = asyncio.Event()

    async def count(exchange: Exchange) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        if most == 3:
            all_connections.set()
        await all_connections.wait()
        await asyncio.sleep(0.005)  # others could come now
        open_now -= 1
        await exchange.respond()

    async with fault_server(count) as server:
        transport = connect(server.base_url, connections=3)
        responses = await asyncio.gather(*(transport.send(GET) for _ in range(12)))
    assert [response.status for response in responses] == [200] * 12
    assert most == 3


async def test_a_cancelled_call_closes_its_connection_and_frees_its_slot(connect: Connect) -> None:
    async def first_hangs(exchange: Exchange) -> None:
        await (hang(exchange) if len(server.log) == 1 else respond(exchange))

    async with fault_server(first_hangs) as server:
        transport = connect(server.base_url, connections=1)
        task = asyncio.ensure_future(transport.send(GET))
        await server.arrived(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.all_closed()
        assert (await transport.send(GET)).status == 200


async def test_many_cancelled_calls_leave_nothing_behind(connect: Connect) -> None:
    """Cancelled at any moment: waiting for a connection, connecting, sending, or waiting for the response."""
    sources_open = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sources_open
        sources_open += 1
        try:
            for _ in range(100):
                yield b"x" * 1000
        finally:
            sources_open -= 1

    async with fault_server(hang) as server:
        transport = connect(server.base_url, connections=4)
        for steps in range(40):
            upload = evolve(PUT, body=StreamBody(chunks()))
            tasks = [asyncio.ensure_future(transport.send(upload if number % 2 else GET)) for number in range(6)]
            for _ in range(steps):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(end) for end in ended} == {asyncio.CancelledError}
        await server.all_closed()
        await asyncio.sleep(0)
        assert not sources_open
        assert server.log, "some requests were sent before they were cancelled"
        server.handler = respond
        responses = await asyncio.gather(*(transport.send(GET) for _ in range(8)))
        assert [response.status for response in responses] == [200] * 8


async def test_a_call_under_asyncio_timeout_ends_in_time_and_closes_its_connection(connect: Connect) -> None:
    async with fault_server(hang) as server:
        transport = connect(server.base_url)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await transport.send(GET)
        await server.all_closed()


async def test_closing_twice_is_harmless_and_a_closed_transport_opens_again(connect: Connect) -> None:
    async with fault_server(respond) as server:
        transport = connect(server.base_url)
        await transport.aclose()
        await transport.send(GET)
        await transport.aclose()
        await transport.aclose()
        await server.all_closed()
        assert (await transport.send(GET)).status == 200
    assert server.connections == 2


async def test_the_repr_names_only_the_server(connect: Connect) -> None:
    shown = repr(connect("https://app.ecwid.com/api/v3", proxy="http://me:secret@proxy.example.com:3128"))
    assert shown.endswith("Transport to https://app.ecwid.com/api/v3>")


Run = Callable[[Coroutine[Any, Any, int]], int]


def with_asyncio(main: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(main)


def with_uvloop(main: Coroutine[Any, Any, int]) -> int:
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@pytest.mark.parametrize("run", [with_asyncio, with_uvloop])
def test_one_transport_serves_several_event_loops_in_turn(transport_class: type[Any], run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    transport = transport_class(f"http://127.0.0.1:{port}/api/v3")

    async def chunks() -> AsyncIterator[bytes]:
        yield b"abc"

    async def once() -> int:
        async with fault_server(respond, port) as server:
            await transport.send(GET)
            await transport.send(evolve(PUT, body=StreamBody(chunks())))
            async with transport.stream(GET) as response:
                assert [chunk async for chunk in response.chunks] == [b'{"ok":true}']
            await transport.aclose()
            return len(server.log)

    assert [run(once()) for _ in range(3)] == [3, 3, 3]


def test_threads_with_a_loop_each_share_a_transport(transport_class: type[Any]) -> None:
    with fault_server_thread(respond) as server:
        transport = transport_class(server.base_url)
        statuses: list[int] = []

        async def several() -> None:
            responses = await asyncio.gather(*(transport.send(GET) for _ in range(5)))
            statuses.extend(response.status for response in responses)
            await transport.aclose()

        threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert statuses == [200] * 20


AtOnce = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def at_once() -> Iterator[AtOnce]:
    """Runs a coroutine in several threads that start together and switch as often as Python can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def run(work: Callable[[], Coroutine[Any, Any, None]], threads: int = 12) -> None:
        together = threading.Barrier(threads)

        def begin(_: int) -> None:
            together.wait(30)
            asyncio.run(work())

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(begin, range(threads)))

    yield run
    sys.setswitchinterval(interval)


def test_threads_that_start_together_lose_no_connection(transport_class: type[Any], at_once: AtOnce) -> None:
    with fault_server_thread(respond) as server:
        transport = transport_class(server.base_url)

        async def once() -> None:
            assert (await transport.send(GET)).status == 200
            await transport.aclose()

        at_once(once)
        server.wait_all_closed()
        assert server.connections == 12


def test_a_thread_that_starts_during_the_search_for_ended_loops_loses_no_connection(
    transport_class: type[Any],
) -> None:
    """Forces the race that the test above meets only by chance."""
    started, may_close = threading.Event(), threading.Event()

    class ObservedLoop(asyncio.SelectorEventLoop):
        def is_closed(self) -> bool:
            if threading.current_thread() is searching_thread and late_thread.ident is None:
                late_thread.start()
                assert started.wait(20)
            return super().is_closed()

    with fault_server_thread(respond) as server, asyncio.Runner(loop_factory=ObservedLoop) as runner:
        transport = transport_class(server.base_url)

        async def once() -> None:
            assert (await transport.send(GET)).status == 200

        async def use(*, wait: bool) -> None:
            await once()
            if wait:
                started.set()
                await asyncio.to_thread(may_close.wait, 20)
            await transport.aclose()

        failed: list[BaseException] = []

        def use_and_record_failure() -> None:
            try:
                asyncio.run(use(wait=False))
            except BaseException as error:
                failed.append(error)

        late_thread = threading.Thread(target=lambda: asyncio.run(use(wait=True)))
        searching_thread = threading.Thread(target=use_and_record_failure)
        runner.run(once())
        searching_thread.start()
        searching_thread.join(20)
        may_close.set()
        late_thread.join(20)
        runner.run(transport.aclose())
        server.wait_all_closed()
        assert server.connections == 3
        assert not failed


def test_threads_that_start_together_share_the_transport_of_a_client(at_once: AtOnce) -> None:
    for _ in range(20):
        ecwid = Ecwid()
        found: list[Transport] = []

        async def find_transport(ecwid: Ecwid = ecwid, found: list[Transport] = found) -> None:
            found.append(ecwid.transport)

        at_once(find_transport)
        assert set(found) == {ecwid.transport}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_process_has_its_own_connections(transport_class: type[Any], library: str) -> None:
    with fault_server_thread(respond) as server:
        transport = transport_class(server.base_url)

        async def once() -> int:
            return int((await transport.send(GET)).status)

        async def parent() -> int:
            await once()
            child = forked(once)
            _, ended = await asyncio.to_thread(os.waitpid, child, 0)
            await once()
            await transport.aclose()
            return os.waitstatus_to_exitcode(ended)

        # pyqwest's threads stay in the parent process: a clear error instead of an endless wait.
        assert asyncio.run(parent()) == (1 if library == "pyqwest" else 0)
    if library != "pyqwest":
        first, child, last = (exchange.connection for exchange in server.log)
        assert first == last != child, "the parent keeps its connection, and the child has another"


def forked(call: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a call in a forked process. Its exit code is 0 after a response of 200, 1 after a `ConfigError`."""
    with warnings.catch_warnings():
        # Newer Pythons warn of forks with threads, and the server runs in one.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    code = 2
    try:
        signal.alarm(30)
        asyncio.events._set_running_loop(None)
        code = 0 if asyncio.run(call()) == 200 else 3
    except ConfigError as error:
        code = 1 if "fork" in str(error) else 4
    finally:
        os._exit(code)


async def test_connections_that_were_not_closed_are_reported_at_once(transport_class: type[Any]) -> None:
    """They are closed, too: by some libraries only when the garbage collector runs."""
    reports: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reports.append(context["message"]))
    async with fault_server(respond) as server:
        transport = transport_class(server.base_url)
        await transport.send(GET)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del transport
            assert [report.partition(":")[0] for report in reports] == ["connections to http"]
            gc.collect()
        await server.all_closed()
