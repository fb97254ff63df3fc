"""A web app of 200 tenants at 90 requests per second: the CPU of a request, and what the library adds to its p99."""

import asyncio
import time
from contextlib import ExitStack
from random import Random
from typing import Final

import aiohttp

from benchmarks.apps.tenant_app import BARE, MODELS, UNDECODED
from benchmarks.apps.tenant_server import FIRST_STORE
from benchmarks.harness.report import Table, ValueGoal
from benchmarks.harness.sampling import p99
from benchmarks.harness.server_process import run_server

__all__ = ["measure_tenants"]

_STORES: Final = 200
_REQUESTS_PER_SECOND: Final = 90
_CANDIDATES: Final = (BARE, UNDECODED, MODELS)
_ADDED: Final = {UNDECODED: "added, undecoded", MODELS: "added, as a model"}


def measure_tenants(*, quick: bool) -> list[tuple[Table, list[ValueGoal]]]:
    """Return tables of CPU time and latency. The apps have the same framework, and take turns each second."""
    rounds = 1 if quick else 6
    with ExitStack() as stack:
        api = stack.enter_context(run_server("benchmarks.apps.tenant_server", total=_STORES, shared_core=False))
        urls = {
            candidate: stack.enter_context(
                run_server(
                    "benchmarks.apps.tenant_app",
                    total=_STORES,
                    shared_core=False,
                    options=(candidate, f"{api}/api/v3"),
                )
            )
            for candidate in _CANDIDATES
        }
        cpu, latencies = asyncio.run(_measure(urls, rounds))
    costs = Table("CPU of one request of a tenant", "µs", BARE, cpu)
    added = {
        name: [max(0.0, 1000 * (p99(latencies[candidate]) - p99(latencies[BARE])))]
        for candidate, name in _ADDED.items()
    }
    waits = {candidate: [1000 * p99(latencies[candidate])] for candidate in _CANDIDATES}
    title = f"{_STORES} tenants at {_REQUESTS_PER_SECOND} requests per second"
    table = Table(f"{title}, p99 added", "ms", None, added)
    return [
        (costs, []),
        (Table(f"{title}, p99", "ms", None, waits), []),
        (table, [ValueGoal(table, name, 10.0) for name in _ADDED.values()]),
    ]


async def _measure(urls: dict[str, str], rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return the CPU of a request in microseconds, by round, and the latencies in seconds."""
    random = Random(7)
    cpu: dict[str, list[float]] = {candidate: [] for candidate in urls}
    latencies: dict[str, list[float]] = {candidate: [] for candidate in urls}
    async with aiohttp.ClientSession() as client:
        for url in urls.values():  # imports, connections, hooks of models
            await _send(client, url, random, seconds=0.5)
        for _ in range(rounds):
            for candidate, url in urls.items():
                before = await _read_cpu(client, url)
                found = await _send(client, url, random, seconds=1.0)
                cpu[candidate].append(1e6 * (await _read_cpu(client, url) - before) / len(found))
                latencies[candidate] += found
    return cpu, latencies


async def _read_cpu(client: aiohttp.ClientSession, url: str) -> float:
    async with client.get(f"{url}/cpu") as response:
        return float(await response.json())


async def _send(client: aiohttp.ClientSession, url: str, random: Random, *, seconds: float) -> list[float]:
    """Send requests at their rate, whether or not earlier ones have ended. Return the times from when each was due."""

    async def request(due: float) -> float:
        store_id = FIRST_STORE + random.randrange(_STORES)
        async with client.get(f"{url}/stores/{store_id}") as response:
            response.raise_for_status()
            await response.read()
        return time.perf_counter() - due

    start = time.perf_counter()
    tasks = []
    for number in range(round(seconds * _REQUESTS_PER_SECOND)):
        due = start + number / _REQUESTS_PER_SECOND
        await asyncio.sleep(due - time.perf_counter())
        tasks.append(asyncio.create_task(request(due)))
    return await asyncio.gather(*tasks)
