"""Emitting events to a sink."""

from collections.abc import Callable

from ecwid_async.wire import Event, EventKind, EventSink, Request

__all__ = ["EventEmitter"]


class EventEmitter:
    """Emits the events of one store to one sink, limited to the kinds that the sink wants."""

    __slots__ = ("_server", "_sink", "_store_id", "wants", "wants_any")

    def __init__(self, sink: EventSink | None, store_id: int | None = None, server: str | None = None) -> None:
        self._sink = sink
        self._store_id = store_id
        self._server = server
        self.wants: Callable[[EventKind], bool] = getattr(sink, "wants", lambda _: sink is not None)
        self.wants_any: Callable[[tuple[EventKind, ...]], bool] = getattr(sink, "wants_any", self._wants_any)

    def _wants_any(self, kinds: tuple[EventKind, ...]) -> bool:
        return any(map(self.wants, kinds))

    def __call__(
        self,
        kind: EventKind,
        request: Request,
        attempt: int = 1,
        status: int | None = None,
        seconds: float | None = None,
        error: BaseException | None = None,
    ) -> None:
        """Emit an event about `request`."""
        if self._sink is not None and self.wants(kind):
            self._sink(
                Event(
                    kind=kind,
                    operation=request.options.operation,
                    request_id=request.id,
                    store_id=self._store_id,
                    attempt=attempt,
                    status=status,
                    seconds=seconds,
                    error=type(error).__name__ if error is not None else None,
                    server=self._server,
                )
            )
