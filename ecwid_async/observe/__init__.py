"""Event sinks: logging, and OpenTelemetry in `observe.opentelemetry`, which needs an extra."""

from ecwid_async.observe.combined_sink import CombinedSink
from ecwid_async.observe.log_sink import LogSink

__all__ = ["CombinedSink", "LogSink"]
