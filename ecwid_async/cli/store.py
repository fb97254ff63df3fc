"""The store that a command uses: the one in the environment, or an embedded demo store."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.errors import ConfigError

if TYPE_CHECKING:
    from ecwid_async.client import Store
    from ecwid_async.sandbox import Sandbox
    from ecwid_async.wire import EventSink, Transport

__all__ = [
    "DemoStoreOptions",
    "StoreAccess",
    "StoreOptions",
    "choose_store",
    "connect",
    "connect_all",
    "demo_store",
    "describe_missing_settings",
]

_DEMO = Group("Demo store")
_Size = Annotated[int | None, Parameter(group=_DEMO, validator=Number(gte=0), show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class DemoStoreOptions:
    """Sizes and seed of the demo store. Equal options make equal stores."""

    products: _Size = None
    "Number of products."
    orders: _Size = None
    "Number of orders."
    carts: _Size = None
    "Number of abandoned carts."
    categories: _Size = None
    "Number of categories."
    customers: _Size = None
    "Number of customers."
    seed: _Size = None
    "Seed of the random data."

    def arguments(self) -> dict[str, Any]:
        """Return the given options as arguments of `demo_sandbox`."""
        return {name: size for name, size in vars(self).items() if size is not None}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class StoreOptions:
    """The store in the environment, or a demo store."""

    sandbox: Annotated[bool, Parameter(group=_DEMO)] = False
    "Use an embedded demo store: no account, no network."
    sizes: DemoStoreOptions = DemoStoreOptions()


def demo_store(
    sizes: DemoStoreOptions, *, requests_per_minute: int | None = None, shown: bool = True, **arguments: Any
) -> "Sandbox":
    """Create a sandbox of these sizes, by default without a rate limit. With `shown`, show the progress.

    `arguments` are further ones of `demo_sandbox`.
    """
    from ecwid_async.cli.progress import DemoStoreProgress
    from ecwid_async.sandbox.seed import demo_sandbox

    given = sizes.arguments()
    with DemoStoreProgress(given, shown=shown) as progress:
        return demo_sandbox(
            **given, requests_per_minute=requests_per_minute, on_progress=progress.show_progress, **arguments
        )


@dataclass(frozen=True)
class StoreAccess:
    """The transport, id and token of a store. None means the default transport, and the environment's id and token."""

    transport: "Transport | None" = None
    store_id: int | None = None
    token: str | None = field(default=None, repr=False)


def choose_store(store_options: StoreOptions, *, shown: bool = True) -> StoreAccess:
    """Return the chosen store. Not async, so that Ctrl-C works while a large demo store is created."""
    if store_options.sandbox:
        from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN

        sandbox = demo_store(store_options.sizes, shown=shown)
        sandbox.base_url = _embedded_store_url(store_options.sizes)
        return StoreAccess(sandbox, DEMO_STORE_ID, DEMO_TOKEN)
    if sizes := store_options.sizes.arguments():
        raise UsageError(f"--{next(iter(sizes))} applies to the demo store: add --sandbox.")
    return StoreAccess()


def _embedded_store_url(sizes: DemoStoreOptions) -> str:
    """Return a URL that is the same for every command with these options, as each creates the same store again."""
    options = urlencode(sorted(sizes.arguments().items()))
    return f"sandbox:embedded?{options}" if options else "sandbox:embedded"


@asynccontextmanager
async def connect(access: StoreAccess, events: "EventSink | None" = None) -> "AsyncIterator[Store]":
    """Connect to the store. Raises `UsageError` if the environment does not name one."""
    from ecwid_async.client import Ecwid
    from ecwid_async.transport import Quota

    # No other client uses the embedded store.
    quota = Quota() if access.transport is None else None
    async with Ecwid(transport=access.transport, events=events, quota=quota) as ecwid:
        try:
            store = ecwid.store(access.store_id, access.token)
        except ConfigError as error:
            raise UsageError(
                f"{describe_missing_settings(access) or error} Without an account, add --sandbox to use the demo store."
            ) from error
        yield store


def describe_missing_settings(access: StoreAccess) -> str | None:
    """State which required environment variables are not set. None if all are set."""
    if access.transport is not None:
        return None
    missing = [name for name in ("ECWID_STORE_ID", "ECWID_TOKEN") if not os.environ.get(name)]
    return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set." if missing else None


@asynccontextmanager
async def connect_all(tokens: Mapping[int, str], events: "EventSink | None" = None) -> "AsyncIterator[list[Store]]":
    """Connect to stores by their ids and tokens."""
    from ecwid_async.client import Ecwid

    async with Ecwid(events=events) as ecwid:
        yield [ecwid.store(number, token) for number, token in tokens.items()]
