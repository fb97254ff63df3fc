"""What all web frameworks share: problems, deadlines, health checks and the life of a service."""

from ecwid_async.apps.web.background import Background, BackgroundStatus, Restarts
from ecwid_async.apps.web.health import Health, HealthReport
from ecwid_async.apps.web.problem import Problem, find_error
from ecwid_async.apps.web.routes import (
    DEFAULT_BODY_TIMEOUT,
    DEFAULT_MAX_BODY,
    Handler,
    Routes,
    check_limits,
    respond,
    too_large,
    too_slow,
    unreadable,
)
from ecwid_async.apps.web.service import Service
from ecwid_async.apps.web.time_limit import RequestTimeLimit, TimeUnit

__all__ = [
    "DEFAULT_BODY_TIMEOUT",
    "DEFAULT_MAX_BODY",
    "Background",
    "BackgroundStatus",
    "Handler",
    "Health",
    "HealthReport",
    "Problem",
    "RequestTimeLimit",
    "Restarts",
    "Routes",
    "Service",
    "TimeUnit",
    "check_limits",
    "find_error",
    "respond",
    "too_large",
    "too_slow",
    "unreadable",
]
