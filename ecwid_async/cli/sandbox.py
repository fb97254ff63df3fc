"""``ecwid sandbox serve``: serve one or more demo stores over HTTP."""

import asyncio
import os
import shlex
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated

import anyio
from attrs import evolve
from cyclopts import Group, Parameter
from cyclopts.validators import Number

from ecwid_async.cli.client_secret import client_secret
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.store import DemoStoreOptions, demo_store
from ecwid_async.errors import ConfigError

if TYPE_CHECKING:
    from ecwid_async.sandbox import Delivery, Sandbox
    from ecwid_async.sandbox.seed import DemoStores
    from ecwid_async.sandbox.server import RunningServer

__all__ = ["serve"]

_STORES = Group("Several stores")


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


@dataclass(frozen=True)
class _Demo:
    """What is served. `broken` holds what is wrong with the broken stores, by their ids."""

    sandbox: "Sandbox"
    tokens: Mapping[int, str] = field(repr=False)
    tokens_file: Path | None
    broken: Mapping[int, str] = field(default_factory=dict)
    changes_per_second: float = 0


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
    several: SeveralStoresArguments | None = None,
    sizes: DemoStoreOptions | None = None,
) -> None:
    """Serve a demo store, or several, over HTTP until Ctrl-C.

    The output can be pasted into a shell: it sets base URL, store id and token.
    """
    several, sizes = several or SeveralStoresArguments(), sizes or DemoStoreOptions()
    _check_webhooks(webhooks)
    _check_app_url("--redirect-uri", redirect_uri)
    _check_app_url("--iframe-url", iframe_url)
    has_app = any(url is not None for url in (webhooks, redirect_uri, iframe_url))
    secret = client_secret() if has_app else ""
    demo = _create(several, sizes, requests_per_minute, changes_per_second)
    if secret:
        _add_app(demo.sandbox, webhooks, redirect_uri, iframe_url, secret)
    try:
        asyncio.run(_serve(demo, host, port, not no_control))
    except KeyboardInterrupt:
        # Ctrl-C is the normal end of this command.
        sys.stderr.write("\nstopped\n")


def _create(
    several: SeveralStoresArguments, sizes: DemoStoreOptions, requests_per_minute: int, changes_per_second: float
) -> _Demo:
    """Create the stores, after all options have been checked."""
    from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN

    file = several.tokens_file
    if several.stores is None and several.broken:
        raise UsageError("--broken applies to several stores: add --stores N.")
    if several.stores is not None and several.broken > several.stores:
        raise UsageError(f"--broken {several.broken} is more than --stores {several.stores}.")
    if several.stores is not None and file is None:
        raise UsageError("the ids and tokens of several stores are written to a file: add --tokens-file FILE.")
    if file is not None:
        _check_replaceable(file)
    if several.stores is None:
        sandbox = demo_store(sizes, requests_per_minute=requests_per_minute)
        return _Demo(sandbox, {DEMO_STORE_ID: DEMO_TOKEN}, file, changes_per_second=changes_per_second)
    demo = _create_several(several.stores, several.broken, sizes, requests_per_minute)
    return _Demo(demo.sandbox, demo.tokens, file, demo.broken, changes_per_second)


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


def _create_several(count: int, broken: int, sizes: DemoStoreOptions, requests_per_minute: int) -> "DemoStores":
    from rich.console import Console

    from ecwid_async.sandbox.seed import demo_stores

    with Console(stderr=True).status("Creating demo stores") as status:
        return demo_stores(
            count,
            broken=broken,
            **sizes.arguments(),
            requests_per_minute=requests_per_minute,
            on_progress=lambda done: status.update(f"Creating demo stores: {done:,} of {count:,}"),
        )


async def _serve(demo: _Demo, host: str, port: int, control: bool) -> None:
    from ecwid_async.sandbox.seed import simulate_activity
    from ecwid_async.sandbox.server import serve as listen

    if not _is_loopback(host):
        stores = "this store" if len(demo.tokens) == 1 else "these stores"
        sys.stderr.write(f"warning: anyone who can reach {host} can read and change {stores}\n")
    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(listen(demo.sandbox, host=host, port=port, control=control))
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(
                f"can't listen on {host}:{port} ({reason}): choose another --port, or 0 for any free one."
            ) from error
        if demo.tokens_file is not None:
            _write_tokens(demo.tokens_file, demo.tokens)
        sys.stdout.write(_describe(demo, server))
        sys.stdout.flush()
        if demo.changes_per_second:
            await simulate_activity(demo.sandbox, changes_per_second=demo.changes_per_second)
        await anyio.sleep_forever()


def _describe(demo: _Demo, server: "RunningServer") -> str:
    """The lines to paste into a shell."""
    from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET

    count = len(demo.tokens)
    lines = [
        f"# {'A demo store' if count == 1 else f'{count:,} demo stores'} at {server.base_url}, until Ctrl-C. "
        "In another shell:",
        f"export ECWID_BASE_URL={server.base_url}",
    ]
    if server.page_url is not None:
        lines.insert(0, f"# Watch and control it in a browser: {server.page_url}")
    if count == 1:
        ((store_id, token),) = demo.tokens.items()
        lines += [f"export ECWID_STORE_ID={store_id}", f"export ECWID_TOKEN={token}"]
    for app in demo.sandbox.apps.values():
        if app.redirect_uri is not None:
            lines += [f"export ECWID_OAUTH_URL={server.oauth_url}", f"export ECWID_CLIENT_ID={app.client_id}"]
            # Never a secret of the user's own.
            if app.client_secret == DEMO_CLIENT_SECRET:
                lines.append(f"export ECWID_CLIENT_SECRET={DEMO_CLIENT_SECRET}")
        if app.iframe_url is not None:
            panel = server.base_url.partition("/api/")[0]
            lines.append(f"# The app's page, once it is installed: {panel}/cp/{app.client_id}/{min(demo.tokens)}")
    if demo.tokens_file is not None:
        stores = shlex.quote(str(demo.tokens_file.absolute()))
        lines.append(f"# Then, for example: ecwid sync --stores {stores} --to sqlite:///stores.db --watch 60s")
    lines += [f"# Store {store_id} is broken: {problem}" for store_id, problem in demo.broken.items()]
    return "".join(f"{line}\n" for line in lines)


def _check_replaceable(file: Path) -> None:
    """Raise `UsageError` unless the file does not exist, is empty, or contains nothing but tokens of demo stores."""
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
            if tokens and all(token in (DEMO_TOKEN, demo_token(store)) for store, token in tokens.items()):
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
