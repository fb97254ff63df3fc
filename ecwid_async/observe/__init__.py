"""What hears of calls: logging, and OpenTelemetry in a module of its own."""

from ecwid_async.observe.sinks import LogSink, Sinks

__all__ = ["LogSink", "Sinks"]
