"""An event loop in simulated time, and a network whose requests are served in an order that a test chooses.

No real time passes: whenever the event loop has nothing else to do, `Network.proceed` serves a request or delivers a
response; if there is none, the clock jumps to the next timer. A request may be served long before its response arrives,
and responses may overtake each other. While the loop waits for a socket, such as that of a database, the clock stands
still.
"""

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeVar

from ecwid_async.wire import Request, Response, StreamedResponse

__all__ = ["Network", "SimulatedLoop"]

T = TypeVar("T")

# How long the loop waits for a socket, in real seconds, before the clock moves all the same.
_SOCKET_SECONDS: Final = 5.0
_MAX_TURNS: Final = 3_000_000


class _Selector(selectors.DefaultSelector):
    """Lets the network proceed when the event loop would sleep."""

    network: "Network | None" = None

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if self.network is not None and self.network.turn():
            return ready
        if ready or self.network is None or (timeout is not None and timeout <= 0):
            return ready
        # One socket is the loop's own.
        if len(self.get_map()) > 1 and (ready := super().select(_SOCKET_SECONDS)):
            return ready
        if not self.network.proceed():
            if timeout is None:
                raise RuntimeError("the code waits for something that never happens")
            self.network.now = max(self.network.now + timeout, math.nextafter(self.network.now, math.inf))
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop on the clock of a network. `errors` are those that no task handled."""

    def __init__(self, network: "Network") -> None:
        self._network = network
        selector = _Selector()
        super().__init__(selector)
        selector.network = network
        # Floats of Unix seconds are coarser than the default, with which a timer that is due now would never fire.
        self._clock_resolution = 1e-6
        self.errors: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _, context: self.errors.append(context))

    def time(self) -> float:
        return self._network.now


class Network:
    """A transport to a simulated server. Subclasses decide what is served next, and how.

    `now` is the time of the event loop. `served` counts the requests, `progress` also the responses. `turns` counts the
    iterations of the event loop: in each, tasks run from one await to the next.
    """

    def __init__(self, start: float, *, max_requests: int) -> None:
        self.now = float(start)
        self.max_requests = max_requests
        self.served = 0
        self.progress = 0
        self.on_progress: Callable[[], object] | None = None
        self.turns = 0
        self.interrupt: Callable[[], object] | None = None
        self.interrupt_at: frozenset[int] = frozenset()
        """The turns at which to call `interrupt`."""
        self._arrived: list[tuple[Request, asyncio.Future[Response]]] = []
        self._responses: list[tuple[Response | Exception, asyncio.Future[Response]]] = []

    # To override.

    def step(self) -> tuple[int, bool]:
        """Let something happen to the server, and return which of the pending requests and responses is next.

        The second value is whether a response arrives as soon as its request was served.
        """
        return 0, True

    def handle(self, request: Request) -> Response | Exception:
        """Serve a request. The client gets the response, or the exception as a failure of the network."""
        raise NotImplementedError

    # Running.

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, and check that it leaves no task, no request and no error in the event loop."""

        async def run_and_check() -> T:
            result = await main
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"these tasks are still running: {left}"
            assert not self.pending, f"{self.pending} requests are still in progress"
            return result

        with asyncio.Runner(loop_factory=lambda: SimulatedLoop(self)) as runner:
            result = runner.run(run_and_check())
            loop = runner.get_loop()
            assert isinstance(loop, SimulatedLoop)
        assert not loop.errors, loop.errors
        return result

    @property
    def pending(self) -> int:
        """The number of requests without a response that were not cancelled."""
        return sum(not waiting[1].done() for waiting in (*self._arrived, *self._responses))

    def turn(self) -> bool:
        """Count a turn of the loop, and return whether it was interrupted."""
        self.turns += 1
        assert self.turns < _MAX_TURNS, "the event loop never ends"
        if self.interrupt is None or self.turns not in self.interrupt_at:
            return False
        self.interrupt()
        return True

    def proceed(self) -> bool:
        """Serve or answer one request. Return False if there is none."""
        self._arrived = [waiting for waiting in self._arrived if not waiting[1].done()]
        self._responses = [waiting for waiting in self._responses if not waiting[1].done()]
        if not self.pending:
            return False
        pick, at_once = self.step()
        pick %= self.pending
        self.progress += 1
        if pick < len(self._arrived):
            request, future = self._arrived.pop(pick)
            self.served += 1
            self._responses.append((self.handle(request), future))
            if at_once:
                self._respond(len(self._responses) - 1)
        else:
            self._respond(pick - len(self._arrived))
        if self.on_progress is not None:
            self.on_progress()
        return True

    def _respond(self, nth: int) -> None:
        response, future = self._responses.pop(nth)
        if isinstance(response, Exception):
            future.set_exception(response)
        else:
            future.set_result(response)

    # The transport.

    async def send(self, request: Request) -> Response:
        assert self.served + len(self._arrived) < self.max_requests, "the requests are endless"
        future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._arrived.append((request, future))
        return await future

    def stream(self, request: Request) -> AbstractAsyncContextManager[StreamedResponse]:
        raise AssertionError("no downloads here")

    async def aclose(self) -> None:
        pass
