"""``ecwid sandbox serve``: serve one or more demo or exported stores over HTTP."""

import asyncio
import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from attrs import evolve
from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.client_secret import client_secret
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.sandbox_behavior import BehaviorArguments
from ecwid_async.cli.store import DemoStoreOptions, demo_store
from ecwid_async.errors import ConfigError
from ecwid_async.wire import to_printable

if TYPE_CHECKING:
    from ecwid_async.sandbox import Delivery, Sandbox
    from ecwid_async.sandbox.seed import DemoStores
    from ecwid_async.sandbox.server import RunningServer

__all__ = ["serve"]

_TOKEN_PREFIX = "secret_sandbox_"  # noqa: S105  not a secret: the start of those created here
_STORES = Group("Several stores")
_STORE = Group("Store")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SeveralStoresArguments:
    """Several demo stores on one server."""

    stores: Annotated[int | None, Parameter(group=_STORES, validator=Number(gte=1))] = None
    "Number of demo stores. Their sizes differ: those given are averages, by default 25 products and 40 orders."
    broken: Annotated[int, Parameter(group=_STORES, validator=Number(gte=0), show_default=False)] = 0
    "Number of these stores that are broken: invalid token, suspended, server errors or slow responses, in turn."
    tokens_file: Annotated[Path | None, Parameter(group=_STORES)] = None
    "File to write the ids and tokens to, for commands with --stores. Only a file of demo stores is replaced."


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class StoreArguments:
    """The store that is served."""

    from_: Annotated[Path | None, Parameter(name="--from", group=_STORE)] = None
    "What `ecwid export --out` wrote in JSON Lines: the stores are served as they were, instead of a demo store."
    store_id: Annotated[int | None, Parameter(group=_STORE, validator=Number(gte=1, lt=2**63))] = None
    "Id of the demo store, by default 1003, or of the store in an export without a manifest."


@dataclass(frozen=True)
class _Served:
    """What is served.

    `origin` is the export with the stores, None for demo stores. `broken` holds what is wrong with broken stores, by
    their ids.
    """

    sandbox: "Sandbox"
    tokens: Mapping[int, str] = field(repr=False)
    tokens_file: Path | None
    origin: Path | None
    broken: Mapping[int, str]
    changes_per_second: float


def serve(
    *,
    host: Annotated[str, Parameter(help="Address to listen on; others can reach any but loopback.")] = "127.0.0.1",
    port: Annotated[
        int, Parameter(help="Port to listen on, 0 for any free one.", validator=Number(gte=0, lte=65535))
    ] = 8080,
    requests_per_minute: Annotated[
        int, Parameter(help="Calls per minute and token before the response is 429.", validator=Number(gte=1))
    ] = 600,
    changes_per_second: Annotated[
        float,
        Parameter(
            help="Products and orders of random stores that are created, changed or deleted per second.",
            validator=Number(gte=0, lte=100),
            show_default=False,
        ),
    ] = 0,
    webhooks: Annotated[
        str | None,
        Parameter(
            help="URL of an app on this machine that gets the webhooks of all stores, or with --redirect-uri of those "
            "in which it is installed, signed with the secret in ECWID_CLIENT_SECRET."
        ),
    ] = None,
    redirect_uri: Annotated[
        str | None,
        Parameter(
            help="URL to which users return who install an app: its consent page is at the address in ECWID_OAUTH_URL, "
            "its secret in ECWID_CLIENT_SECRET."
        ),
    ] = None,
    iframe_url: Annotated[
        str | None, Parameter(help="URL of the page of an app, which a control panel shows in a frame.")
    ] = None,
    no_control: Annotated[
        bool,
        Parameter(help="Do not let programs on this machine reset it, add faults and so on, below /_sandbox/."),
    ] = False,
    store: StoreArguments | None = None,
    behavior: BehaviorArguments | None = None,
    several: SeveralStoresArguments | None = None,
    sizes: DemoStoreOptions | None = None,
) -> None:
    """Serve a demo store, an exported one, or several, over HTTP until Ctrl-C.

    The output can be pasted into a shell: it sets base URL, store id and token.
    """
    store, several = store or StoreArguments(), several or SeveralStoresArguments()
    if not host:
        # It would listen on all addresses.
        raise UsageError("--host is empty: pass an address, such as 127.0.0.1.")
    parsed = (behavior or BehaviorArguments()).parse()
    _check_webhooks(webhooks)
    _check_app_url("--redirect-uri", redirect_uri)
    _check_app_url("--iframe-url", iframe_url)
    has_app = any(url is not None for url in (webhooks, redirect_uri, iframe_url))
    secret = client_secret(announce=False) if has_app else ""  # the lines to paste have it
    served = _create(
        store,
        several,
        sizes or DemoStoreOptions(),
        changes_per_second,
        requests_per_minute=requests_per_minute,
        switches=parsed.switches,
    )
    parsed.apply(served.sandbox, served.tokens)
    if secret:
        _add_app(served.sandbox, webhooks, redirect_uri, iframe_url, secret)
    try:
        asyncio.run(_serve(served, host, port, not no_control))
    except KeyboardInterrupt:
        # Ctrl-C is the normal end of this command.
        sys.stderr.write("\nstopped\n")


def _create(
    store: StoreArguments,
    several: SeveralStoresArguments,
    sizes: DemoStoreOptions,
    changes_per_second: float,
    **arguments: Any,
) -> _Served:
    """Create the stores, after all options have been checked. `arguments` are those of all sandboxes."""
    from ecwid_async.sandbox.seed import DEMO_STORE_ID

    _check_stores(store, several, sizes)
    broken: Mapping[int, str] = {}
    if several.stores is not None:
        demo = _create_several(several.stores, several.broken, sizes, **arguments)
        sandbox, tokens, broken = demo.sandbox, demo.tokens, demo.broken
    else:
        if store.from_ is not None:
            sandbox = _load_export(store.from_, store_id=store.store_id, **arguments)
            # The tokens of demo stores are known to everyone, and any web page in a browser can send one.
            for each in sandbox.stores.values():
                each.revoke_all()
                each.add_token(f"{_TOKEN_PREFIX}{secrets.token_hex(16)}")
        else:
            sandbox = demo_store(sizes, store_id=store.store_id or DEMO_STORE_ID, **arguments)
        tokens = {number: each.tokens[0] for number, each in sandbox.stores.items()}
    if len(tokens) > 1 and several.tokens_file is None:
        raise UsageError(_NO_TOKENS_FILE)
    return _Served(sandbox, tokens, several.tokens_file, store.from_, broken, changes_per_second)


def _check_stores(store: StoreArguments, several: SeveralStoresArguments, sizes: DemoStoreOptions) -> None:
    """Raise `UsageError` for options that exclude each other, or a file for tokens that can't be replaced."""
    if several.stores is None and several.broken:
        raise UsageError("--broken applies to several stores: add --stores N.")
    if several.stores is not None:
        if several.broken > several.stores:
            raise UsageError(f"--broken {several.broken} is more than --stores {several.stores}.")
        if store.from_ is not None:
            raise UsageError("--stores is a number of demo stores, and --from serves those of an export: omit one.")
        if store.store_id is not None:
            raise UsageError("several demo stores have the ids from 1003 up: omit --store-id or --stores.")
        if several.tokens_file is None:
            raise UsageError(_NO_TOKENS_FILE)
    if store.from_ is not None and (given := sizes.arguments()):
        raise UsageError(
            f"--{next(iter(given))} applies to demo stores, and --from serves those of an export: omit one."
        )
    if several.tokens_file is not None:
        _check_replaceable(several.tokens_file)


_NO_TOKENS_FILE = "the ids and tokens of several stores are written to a file: add --tokens-file FILE."


def _load_export(path: Path, **arguments: Any) -> "Sandbox":
    from rich.console import Console

    from ecwid_async.sandbox.exports import sandbox_from_export

    with Console(stderr=True).status("Loading the export") as status:
        return sandbox_from_export(
            path, **arguments, on_progress=lambda name, done: status.update(f"Loading {name}: {done:,}")
        )


def _check_webhooks(url: str | None) -> None:
    """Raise `UsageError` if webhooks can't be sent to this URL."""
    from ecwid_async.sandbox.webhooks import NotLoopback, check_loopback

    if url is None:
        return
    try:
        check_loopback(url)
    except NotLoopback as error:
        raise UsageError(f"--webhooks: {error}.") from None


def _check_app_url(option: str, url: str | None) -> None:
    """Raise `UsageError` if this is no URL to which a browser can be sent."""
    from ecwid_async.apps import read_redirect_uri

    try:
        if url is not None:
            read_redirect_uri(url)
    except ConfigError as error:
        # An iframe URL has the form of a redirect_uri.
        raise UsageError(f"{option}: {str(error).replace('redirect_uri', option.strip('-'))}") from None


def _add_app(
    sandbox: "Sandbox", webhooks: str | None, redirect_uri: str | None, iframe_url: str | None, secret: str
) -> None:
    """Add an app that can be installed, or that gets the webhooks of all stores, of which each attempt is printed."""
    from ecwid_async.sandbox.seed import add_demo_app

    if webhooks is not None:
        # As in the real store, where most events of an order are about its products and its customer.
        sandbox.set_switches(evolve(sandbox.switches, order_effects=True))
    add_demo_app(sandbox, webhook_url=webhooks, redirect_uri=redirect_uri, iframe_url=iframe_url, client_secret=secret)
    sandbox.deliveries.on_attempt = _print_attempt


def _print_attempt(delivery: "Delivery") -> None:
    attempt, event = delivery.attempts[-1], delivery.event
    response = attempt.error if attempt.status is None else str(attempt.status)
    wait = f", next attempt in {round((delivery.due - attempt.at) / 60)} minutes"
    outcome = wait if delivery.outcome == "waiting" else f", {delivery.outcome}"
    # Never the data of the event, which may have personal data.
    # A reader of the pipe may have closed it. The stores are served anyway.
    with suppress(BrokenPipeError):
        sys.stdout.write(
            f"# {event.event_type} {event.entity_id} of store {event.store_id}: {response}{outcome}, "
            f"{attempt.seconds * 1000:.0f} ms\n"
        )
        sys.stdout.flush()


def _create_several(count: int, broken: int, sizes: DemoStoreOptions, **arguments: Any) -> "DemoStores":
    from rich.console import Console

    from ecwid_async.sandbox.seed import demo_stores

    with Console(stderr=True).status("Creating demo stores") as status:
        return demo_stores(
            count,
            broken=broken,
            **sizes.arguments(),
            **arguments,
            on_progress=lambda done: status.update(f"Creating demo stores: {done:,} of {count:,}"),
        )


async def _serve(served: _Served, host: str, port: int, control: bool) -> None:
    from ecwid_async.sandbox.seed import simulate_activity
    from ecwid_async.sandbox.server import serve as listen

    if not _is_loopback(host):
        stores = "this store" if len(served.tokens) == 1 else "these stores"
        sys.stderr.write(f"warning: anyone who can reach {host} can read and change {stores}\n")
    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(listen(served.sandbox, host=host, port=port, control=control))
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(
                f"can't listen on {host}:{port} ({reason}): choose another --host or --port; port 0 is any free one."
            ) from error
        if served.tokens_file is not None:
            _write_tokens(served.tokens_file, served.tokens)
        sys.stdout.write(_describe(served, server))
        sys.stdout.flush()
        if served.changes_per_second:
            await simulate_activity(served.sandbox, changes_per_second=served.changes_per_second)
        await anyio.sleep_forever()


def _describe(served: _Served, server: "RunningServer") -> str:
    """The lines to paste into a shell."""
    from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET

    count = len(served.tokens)
    lines = [
        f"# {_describe_stores(served)} at {server.base_url}, until Ctrl-C. In another shell:",
        f"export ECWID_BASE_URL={server.base_url}",
    ]
    if server.page_url is not None:
        lines.insert(0, f"# Watch and control it in a browser: {server.page_url}")
    if count == 1:
        ((store_id, token),) = served.tokens.items()
        lines += [f"export ECWID_STORE_ID={store_id}", f"export ECWID_TOKEN={token}"]
    for app in served.sandbox.apps.values():
        if app.redirect_uri is not None:
            lines += [f"export ECWID_OAUTH_URL={server.oauth_url}", f"export ECWID_CLIENT_ID={app.client_id}"]
        if app.client_secret == DEMO_CLIENT_SECRET:  # never a secret of the user's own
            lines.append(f"export ECWID_CLIENT_SECRET={DEMO_CLIENT_SECRET}")
        if app.iframe_url is not None:
            panel = server.base_url.partition("/api/")[0]
            lines.append(f"# The app's page, once it is installed: {panel}/cp/{app.client_id}/{min(served.tokens)}")
    if served.tokens_file is not None:
        stores = shlex.quote(str(served.tokens_file.absolute()))
        lines.append(f"# Then, for example: ecwid sync --stores {stores} --to sqlite:///stores.db --watch 60s")
    lines += [f"# Store {store_id} is broken: {problem}" for store_id, problem in served.broken.items()]
    return "".join(f"{line}\n" for line in lines)


def _describe_stores(served: _Served) -> str:
    count = len(served.tokens)
    if served.origin is None:
        return "A demo store" if count == 1 else f"{count:,} demo stores"
    origin = to_printable(str(served.origin), limit=None)
    return f"The store in {origin}" if count == 1 else f"The {count:,} stores in {origin}"


def _check_replaceable(file: Path) -> None:
    """Raise `UsageError` unless the file does not exist, is empty, or contains nothing but tokens of a sandbox."""
    from ecwid_async.sandbox.seed import DEMO_TOKEN, demo_token
    from ecwid_async.tokens import read_token_file

    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}: create it, or choose another --tokens-file.")
    if not os.path.lexists(file):
        return
    if file.is_file() and not file.is_symlink():
        if not file.stat().st_size:
            return
        with suppress(ConfigError):
            tokens = read_token_file(file)
            if tokens and all(
                token in (DEMO_TOKEN, demo_token(store)) or token.startswith(_TOKEN_PREFIX)
                for store, token in tokens.items()
            ):
                return
    raise UsageError(f"{file} exists and is not a file of demo stores: choose another --tokens-file.")


def _write_tokens(file: Path, tokens: Mapping[int, str]) -> None:
    """Write the file as a whole, readable only by this user."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
        try:
            new.write("# Demo stores of `ecwid sandbox serve`: store id and token.\n")
            new.writelines(f"{store_id} {token}\n" for store_id, token in tokens.items())
            new.close()
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
