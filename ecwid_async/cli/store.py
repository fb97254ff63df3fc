"""The store that a command uses: of a profile, in the environment, or an embedded demo store."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlencode

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.completion import complete_profiles
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.errors import APIError, ConfigError, InvalidToken, StoreNotFound

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

_STORE = Group("Store")
_DEMO = Group("Demo store")
_Size = Annotated[int | None, Parameter(group=_DEMO, validator=Number(gte=0), show_default=False)]


_VARIABLES: Final = ("ECWID_STORE_ID", "ECWID_TOKEN", "ECWID_BASE_URL")


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
    """The store of a profile or in the environment, or a demo store."""

    profile: Annotated[str | None, Parameter(group=_STORE, completer=complete_profiles)] = None
    "Use the store of this profile, in place of the one in the environment. ecwid profile add NAME adds one."
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
    """The transport, id, token and base URL of a store, and the profile that has them.

    None means the default transport, and the environment's id, token and base URL.
    """

    transport: "Transport | None" = None
    store_id: int | None = None
    token: str | None = field(default=None, repr=False)
    base_url: str | None = None
    profile: str | None = None


def choose_store(store_options: StoreOptions, *, shown: bool = True) -> StoreAccess:
    """Return the chosen store. Not async, so that Ctrl-C works while a large demo store is created."""
    if store_options.sandbox and store_options.profile is not None:
        raise UsageError("--sandbox is a store of its own: leave --profile out.")
    if store_options.sandbox:
        from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN

        # A store of the default size is generated quickly enough for a request to wait for it.
        sandbox = demo_store(store_options.sizes, shown=shown, on_use=not store_options.sizes.arguments())
        sandbox.base_url = _embedded_store_url(store_options.sizes)
        return StoreAccess(sandbox, DEMO_STORE_ID, DEMO_TOKEN)
    if sizes := store_options.sizes.arguments():
        raise UsageError(f"--{next(iter(sizes))} applies to the demo store: add --sandbox.")
    return _own_store(store_options.profile)


def _own_store(name: str | None) -> StoreAccess:
    """The store of the profile `name`, in the environment, or of the default profile: the first of them that is given.

    Id, token and base URL are all of the same origin, so that no token reaches the server of another store. Raises
    `UsageError` if there is no such profile, or the environment has a store and a profile.
    """
    from ecwid_async.cli.profiles import Profiles

    if name is None:
        variable = next((variable for variable in _VARIABLES if os.environ.get(variable)), None)
        name = os.environ.get("ECWID_PROFILE") or None
        if variable is not None and name is not None:
            raise UsageError(
                f"which store? Both ECWID_PROFILE and {variable} are set: unset one of them, or add --profile NAME."
            )
        if variable is not None:
            return StoreAccess()
    profiles = Profiles.read()
    name = profiles.default if name is None else name
    if name is None:
        return StoreAccess()
    profile = profiles.find(name)
    return StoreAccess(None, profile.store_id, profile.read_token(), profile.base_url, profile.name)


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
    async with Ecwid(base_url=access.base_url, transport=access.transport, events=events, quota=quota) as ecwid:
        try:
            store = ecwid.store(access.store_id, access.token)
        except ConfigError as error:
            if access.profile is not None:
                raise UsageError(
                    f"the token of the profile {access.profile} is invalid: store another one with ecwid profile add "
                    f"{access.profile} --replace."
                ) from error
            raise UsageError(
                f"{describe_missing_settings(access) or error} Set them for a store of your own, or add "
                "--profile NAME (ecwid profile add NAME). Without an account, add --sandbox to use a demo store inside "
                "this command, or paste the export lines that ecwid sandbox serve has printed."
            ) from error
        try:
            yield store
        except APIError as error:
            if access.profile is not None:
                error.add_note(f"The store and the token are those of the profile {access.profile}.")
            elif access.store_id is None and isinstance(error, InvalidToken | StoreNotFound):
                error.add_note("The store and the token are those in ECWID_STORE_ID and ECWID_TOKEN.")
            raise


def describe_missing_settings(access: StoreAccess) -> str | None:
    """State which required environment variables are not set. None if all are set."""
    if access.store_id is not None:
        return None
    missing = [name for name in ("ECWID_STORE_ID", "ECWID_TOKEN") if not os.environ.get(name)]
    return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set." if missing else None


@asynccontextmanager
async def connect_all(tokens: Mapping[int, str], events: "EventSink | None" = None) -> "AsyncIterator[list[Store]]":
    """Connect to stores by their ids and tokens."""
    from ecwid_async.client import Ecwid

    async with Ecwid(events=events) as ecwid:
        yield [ecwid.store(number, token) for number, token in tokens.items()]
