"""The cost of one call: an awaited `store.orders.get` compared with hand-written aiohttp and msgspec.

The floor is the hand-written version with what the client promises about each exchange: timeouts, a request that is
sent once and follows no redirect, no cookies, an id in a header, and a limit of the response's size.

Figures are CPU microseconds of the client process per call; calls are sequential, over one connection. On separate
cores, the client sleeps until its response arrives, as on a network. On one core the response is always ready, which
makes the figures steadier, and the comparison stricter.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from random import getrandbits
from typing import Final

import aiohttp
import msgspec

from benchmarks.harness.report import RatioGoal, Table, parse_arguments, print_report
from benchmarks.harness.sampling import microseconds, sample
from benchmarks.harness.server_process import run_server
from benchmarks.harness.settings import STORE_ID, TOKEN, UNLIMITED_QUOTA
from ecwid_async import Ecwid

BY_HAND, RAW, TYPED = "aiohttp + msgspec by hand", "raw: .response()", "typed: Order"
FLOOR = "by hand, with the options of the client"

_LARGEST_RESPONSE: Final = 64 * 1024 * 1024


def main() -> None:
    """Run the benchmark and print its report."""
    options = parse_arguments(__doc__)
    calls, rounds = (5, 2) if options.quick else (100, 100)
    tables = []
    for name, shared_core in (("on separate cores", False), ("on one core", True)):
        samples = _measure(calls, rounds, shared_core=shared_core)
        tables.append(Table(f"one call, client and server {name}", "CPU µs per call", BY_HAND, samples))
    limits = ((RAW, 1.2), (TYPED, 1.35))
    goals = [RatioGoal(table, name, BY_HAND, limit, floor=FLOOR) for table in tables for name, limit in limits]
    print_report("overhead", tables, goals, as_json=options.json)


def _measure(calls: int, rounds: int, *, shared_core: bool) -> dict[str, list[float]]:
    # New ids each time, so that neither side benefits from cached URLs.
    order_ids = itertools.cycle(f"M4R{number:03X}" for number in range(4000))
    with run_server(shared_core=shared_core) as base_url, asyncio.Runner() as runner:
        ecwid = Ecwid(base_url=base_url, quota=UNLIMITED_QUOTA)
        store = ecwid.store(STORE_ID, TOKEN)
        session, with_options = runner.run(_open_session()), runner.run(_open_session_with_options())

        async def by_hand() -> None:
            for order_id in itertools.islice(order_ids, calls):
                async with session.get(f"{base_url}/{STORE_ID}/orders/{order_id}") as response:
                    response.raise_for_status()
                    msgspec.json.decode(await response.read())

        async def by_hand_with_options() -> None:
            for order_id in itertools.islice(order_ids, calls):
                async with with_options.get(
                    f"{base_url}/{STORE_ID}/orders/{order_id}",
                    headers={"X-Ecwid-Api-Request-Id": f"{getrandbits(32):08x}"},
                    allow_redirects=False,
                ) as response:
                    if response.content_length is None or response.content_length > _LARGEST_RESPONSE:
                        raise ValueError("the response is too large")
                    response.raise_for_status()
                    msgspec.json.decode(await response.read())

        async def raw() -> None:
            for order_id in itertools.islice(order_ids, calls):
                response = await store.orders.get(order_id).response()
                msgspec.json.decode(response.body)

        async def typed() -> None:
            for order_id in itertools.islice(order_ids, calls):
                await store.orders.get(order_id)

        coroutines = {BY_HAND: by_hand, FLOOR: by_hand_with_options, RAW: raw, TYPED: typed}
        samples = sample(
            {name: partial(_run, runner, work) for name, work in coroutines.items()}, rounds=rounds, per=calls
        )
        runner.run(session.close())
        runner.run(with_options.close())
        runner.run(ecwid.aclose())
    return microseconds(samples)


async def _open_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"})


async def _open_session_with_options() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=5, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "User-Agent": "benchmark",
            "Accept-Encoding": "gzip, deflate",
        },
        timeout=aiohttp.ClientTimeout(total=60, connect=10, sock_connect=10),
        auto_decompress=False,
        middlewares=(_send_once,),
    )


async def _send_once(
    request: aiohttp.ClientRequest, handler: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]
) -> aiohttp.ClientResponse:
    """Turn the errors after which aiohttp would send the request again into another one."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientError from error


def _run(runner: asyncio.Runner, work: Callable[[], Coroutine[None, None, None]]) -> None:
    runner.run(work())


if __name__ == "__main__":
    main()
