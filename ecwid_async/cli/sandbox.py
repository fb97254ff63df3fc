"""``ecwid sandbox serve``: serve a demo store over HTTP."""

import asyncio
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

import anyio
from cyclopts import Parameter
from cyclopts.validators import Number

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.store import DemoStoreOptions, demo_store

if TYPE_CHECKING:
    from ecwid_async.sandbox import Sandbox

__all__ = ["serve"]


def serve(
    *,
    host: Annotated[str, Parameter(help="Address to listen on; others can reach any but loopback.")] = "127.0.0.1",
    port: Annotated[
        int, Parameter(help="Port to listen on, 0 for any free one.", validator=Number(gte=0, lte=65535))
    ] = 8080,
    requests_per_minute: Annotated[
        int, Parameter(help="Calls per minute and token before the response is 429.", validator=Number(gte=1))
    ] = 600,
    sizes: DemoStoreOptions | None = None,
) -> None:
    """Serve a demo store over HTTP until Ctrl-C.

    The output can be pasted into a shell: it sets base URL, store id and token.
    """
    sandbox = demo_store(sizes or DemoStoreOptions(), requests_per_minute=requests_per_minute)
    try:
        asyncio.run(_serve(sandbox, host, port))
    except KeyboardInterrupt:
        # Ctrl-C is the normal end of this command.
        sys.stderr.write("\nstopped\n")


async def _serve(sandbox: "Sandbox", host: str, port: int) -> None:
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
    from ecwid_async.sandbox.server import serve as listen

    if not _is_loopback(host):
        sys.stderr.write(f"warning: anyone who can reach {host} can read and change this store\n")
    try:
        async with listen(sandbox, host=host, port=port) as server:
            sys.stdout.write(
                f"# A demo store at {server.base_url}, until Ctrl-C. In another shell:\n"
                f"export ECWID_BASE_URL={server.base_url}\n"
                f"export ECWID_STORE_ID={DEMO_STORE_ID}\n"
                f"export ECWID_TOKEN={DEMO_TOKEN}\n"
            )
            sys.stdout.flush()
            await anyio.sleep_forever()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"can't listen on {host}:{port} ({reason}): choose another --port, or 0 for any free one."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
