"""The time until a webhook is acknowledged: from the moment at which it should be sent until its response.

An app under aiohttp.web, pinned to one core, verifies 500 webhooks a second, stores them durably in a file on the disk
of the temporary folder, answers, and handles them. They are sent from another core, on a schedule that does not wait
for responses. Beside that, the app may mirror a store into another file, in the same process or in another one on the
same core, at the usual rate limit of 10 pages a second. The floor is an app that only reads and answers the requests.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import aiohttp
from attrs import frozen

from benchmarks.apps.webhook_server import SECRET
from benchmarks.harness.catalogue_server import run_catalogue_server
from benchmarks.harness.postgresql import run_postgresql
from benchmarks.harness.report import Table, ValueGoal
from benchmarks.harness.sampling import p99

__all__ = ["measure_acknowledgement"]

_ROOT: Final = Path(__file__).parents[2]
_PER_SECOND: Final = 500
_GOAL: Final = 10.0
ALONE, SAME_PROCESS, SAME_CORE = "SQLite", "SQLite, sync in the same process", "SQLite, sync in another process"
FLOOR = "aiohttp.web, no inbox and no sync"
POSTGRESQL, POSTGRESQL_SAME_CORE = "PostgreSQL, sync in the same process", "PostgreSQL, sync in another process"
# The sync takes longer than the measurement.
_PRODUCTS: Final = 20_000
_ids = count(1)


@frozen
class _Measurement:
    """The 99th percentile of the times of each second in ms, and the app's CPU time per webhook in µs."""

    times: list[float]
    cpu: float


def measure_acknowledgement(*, quick: bool = False) -> list[tuple[Table, list[ValueGoal]]]:
    """Return the 99th percentile of each second with the goal for its median beside a sync, and the CPU time."""
    seconds = 0.5 if quick else 9.0
    candidates = [FLOOR, SAME_PROCESS]
    if not quick:
        candidates += [ALONE, SAME_CORE, POSTGRESQL, POSTGRESQL_SAME_CORE]
    measured = {candidate: _measure(candidate, seconds) for candidate in candidates}
    times = Table(
        f"a webhook is acknowledged, at {_PER_SECOND} a second, 99 %",
        "ms",
        SAME_PROCESS,
        {name: each.times for name, each in measured.items()},
    )
    goals = [ValueGoal(times, name, _GOAL, floor=FLOOR) for name in (SAME_PROCESS, SAME_CORE) if name in measured]
    # With a sync in the process, its CPU time is included.
    cpu = Table(
        "the app per webhook, with its handler", "CPU µs", None, {name: [each.cpu] for name, each in measured.items()}
    )
    return [(times, goals), (cpu, [])]


def _measure(candidate: str, seconds: float) -> _Measurement:
    ours, theirs = _choose_cores()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        is_postgresql = candidate in (POSTGRESQL, POSTGRESQL_SAME_CORE)
        has_own_process = candidate in (SAME_CORE, POSTGRESQL_SAME_CORE)
        inbox = stack.enter_context(run_postgresql()) if is_postgresql else f"{folder}/inbox.db"
        store = "-"
        if candidate == FLOOR:
            inbox = "none"
        elif candidate != ALONE:
            store = stack.enter_context(run_catalogue_server(_PRODUCTS)).url
        own_store = "-" if has_own_process else store
        url = stack.enter_context(_run_server(theirs, inbox, own_store, folder))
        if has_own_process:
            stack.enter_context(_run_server(theirs, "-", store, folder))
        if ours:
            before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, ours)
            stack.callback(os.sched_setaffinity, 0, before)
        return asyncio.run(_send(url, seconds))


def _choose_cores() -> tuple[set[int], set[int]]:
    """The cores of this process and of the app. The server of the store runs on the first one."""
    if sys.platform != "linux":
        return set(), set()
    last, *others = sorted(os.sched_getaffinity(0), reverse=True)
    return set(others) or {last}, {last}


@contextmanager
def _run_server(cores: set[int], *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.apps.webhook_server", *arguments, *map(str, cores)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline()
            if not port:
                raise RuntimeError(f"the app did not start: run `{' '.join(command)}` to see why")
            yield f"http://127.0.0.1:{int(port)}"
        finally:
            process.stdin.close()


async def _send(url: str, seconds: float) -> _Measurement:
    """Send webhooks on a schedule."""
    times: list[list[float]] = []
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as session,
        asyncio.TaskGroup() as tasks,
    ):

        async def send(due: float, sink: list[float]) -> None:
            body, signature = _webhook(next(_ids))
            headers = {"Content-Type": "application/json; charset=UTF-8", "X-Ecwid-Webhook-Signature": signature}
            async with session.post(f"{url}/webhooks", data=body, headers=headers) as response:
                await response.read()
                if response.status != 200:
                    raise RuntimeError(f"a webhook was answered {response.status}")
            sink.append((time.perf_counter() - due) * 1000)

        async def usage() -> float:
            async with session.get(f"{url}/usage") as response:
                return float(await response.text())

        # The first ones import modules and open files.
        for _ in range(20):
            await send(time.perf_counter(), [])
        used = await usage()
        start = time.perf_counter() + 0.1
        total = int((seconds + 1) * _PER_SECOND)
        for number in range(total):
            due = start + number / _PER_SECOND
            if (delay := due - time.perf_counter()) > 0:
                await asyncio.sleep(delay)
            if number % _PER_SECOND == 0:
                times.append([])
            tasks.create_task(send(due, times[-1]))
        while sum(map(len, times)) < total:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        used = await usage() - used
    # Connections are opened in the first second.
    return _Measurement([p99(each) for each in times[1:]], used / total * 1e6)


def _webhook(number: int) -> tuple[bytes, str]:
    event_id, created = f"80aece08-40e8-4145-8764-{number:012}", int(time.time())
    event = {
        "eventId": event_id,
        "eventCreated": created,
        "storeId": 1003 + number % 50,
        "entityId": 103878161 + number % 1000,
        "eventType": "order.updated",
        "data": {"orderId": "XJ12H", "oldPaymentStatus": "AWAITING_PAYMENT", "newPaymentStatus": "PAID"},
    }
    digest = hmac.digest(SECRET.encode(), f"{created}.{event_id}".encode(), hashlib.sha256)
    return json.dumps(event).encode(), base64.b64encode(digest).decode()
