"""``ecwid get``: one item."""

import asyncio
import sys
from typing import Annotated

from cyclopts import Parameter

from ecwid_async.cli.failure import UsageError
from ecwid_async.cli.store import StoreChoice, connect

__all__ = ["get"]


def get(
    section: Annotated[str, Parameter(help="profile, orders, carts, products, categories or customers.")],
    id: Annotated[str | None, Parameter(help="Which item; the profile has no id.")] = None,  # noqa: A002  its name in help
    /,
    *,
    store: StoreChoice | None = None,
) -> None:
    """Print one item as JSON."""
    body = asyncio.run(_get(section, id, store or StoreChoice()))
    _print_json(body)


async def _get(name: str, id_: str | None, choice: StoreChoice) -> bytes:
    from ecwid_async.export import sections_named

    (section,) = sections_named([name])
    if section.search is None and id_ is not None:
        raise UsageError(f"there is one {name}, without an id: ecwid get {name}.")
    if section.search is not None and not id_:
        raise UsageError(f"which of the {name}? Give its id: ecwid get {name} ID.")
    async with connect(choice) as store:
        try:
            call = section.get(store, id_ or "")
        except ValueError as error:
            raise UsageError(str(error)) from error
        return (await call.response()).body


def _print_json(body: bytes) -> None:
    """Indented, with every number and text as the server wrote it."""
    import msgspec

    try:
        text = msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        from ecwid_async.errors import DecodeError

        raise DecodeError(operation="get", path="", expected="JSON", found="something else") from error
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.highlighter import JSONHighlighter
        from rich.text import Text

        Console(soft_wrap=True).print(JSONHighlighter()(Text(text)))
    else:
        sys.stdout.write(text + "\n")
