"""Sinks of events: logging, and OpenTelemetry in a module of its own."""

from ecwid_async.observe.combined_sink import CombinedSink
from ecwid_async.observe.log_sink import LogSink

__all__ = ["CombinedSink", "LogSink"]
