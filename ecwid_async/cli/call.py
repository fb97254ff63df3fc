"""``ecwid call``: send any request to a store."""

import asyncio
import os
import re
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import parse_qsl, quote, unquote_plus, urlsplit

from cyclopts import Parameter

from ecwid_async.cli.completion import complete_http_methods
from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.render import escape_for_terminal, indent_json, write_json
from ecwid_async.cli.store import StoreAccess, StoreOptions, choose_store, connect
from ecwid_async.transport import parse_error
from ecwid_async.wire import Headers, Options, Request, Response

if TYPE_CHECKING:
    from ecwid_async.cli.introspect import Method

__all__ = ["call"]

_HTTP_METHODS: Final = ("GET", "POST", "PUT", "DELETE")
_JSON: Final = "application/json"
_EXAMPLE: Final = "pass the path within the store, such as /orders/EG4H2"


def call(
    method: Annotated[str, Parameter(help="GET, POST, PUT or DELETE.", completer=complete_http_methods)],
    path: Annotated[str, Parameter(help="Path within the store, such as /orders/EG4H2.")],
    /,
    *,
    query: Annotated[
        tuple[str, ...], Parameter(name=("--query", "-q"), help="Query parameter as NAME=VALUE; repeatable.")
    ] = (),
    data: Annotated[
        str | None,
        Parameter(name=("--data", "-d"), allow_leading_hyphen=True, help="Request body: JSON, @FILE, or @- for stdin."),
    ] = None,
    content_type: Annotated[str, Parameter(name=("--type", "-t"), help="Content type of the body, if not JSON.")] = (
        _JSON
    ),
    include: Annotated[bool, Parameter(name=("--include", "-i"), help="Print status and headers too.")] = False,
    yes: Annotated[bool, Parameter(help="Allow requests that delete or change many items at once.")] = False,
    store: StoreOptions | None = None,
) -> None:
    """Send any request to a store and print the response.

    JSON is indented and its numbers are printed as received; other content is printed unchanged.
    """
    http_method = method.upper()
    if http_method not in _HTTP_METHODS:
        raise UsageError(f"{method!r} is not a method of the API: use {', '.join(_HTTP_METHODS)}.")
    target, _, parameters = _path_in_store(path, store).partition("?")
    encoded_path = _encode_path(target)
    body = None if data is None else _read_body(data, content_type)
    if not yes and http_method != "GET":
        _require_yes(http_method, encoded_path, body)
    request = Request(
        method=http_method,
        path=encoded_path,
        params=(*parse_qsl(parameters, keep_blank_values=True), *map(_parse_parameter, query)),
        body=body,
        headers=Headers(() if body is None else (("Content-Type", content_type),)),
        options=Options(operation=f"{http_method} {encoded_path}", repeatable=http_method == "GET"),
    )
    response = asyncio.run(_send(request, choose_store(store or StoreOptions())))
    succeeded = 200 <= response.status < 300
    if include:
        _print_head(response)
    if succeeded or include:
        _print_body(response)
    if not succeeded:
        raise parse_error(request, response)


async def _send(request: Request, access: StoreAccess) -> Response:
    async with connect(access) as store:
        return await store.transport.send(request)


def _path_in_store(path: str, store_options: StoreOptions | None) -> str:
    """Return the path within the store. `path` is that path or a full URL of the store."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
        return path
    from ecwid_async.client import Ecwid
    from ecwid_async.sandbox.seed import DEMO_STORE_ID

    if store_options is not None and store_options.sandbox:
        access = StoreAccess(store_id=DEMO_STORE_ID)
    else:
        access = choose_store(store_options or StoreOptions())
    store_id = access.store_id or os.environ.get("ECWID_STORE_ID")
    prefix = f"{Ecwid(base_url=access.base_url).base_url}/{store_id or 'ECWID_STORE_ID'}/"
    if not path.startswith(prefix):
        host = urlsplit(path).hostname or "no host"
        raise UsageError(f"the URL at {host} does not belong to this store ({prefix}…): {_EXAMPLE}.")
    return path.removeprefix(prefix)


def _encode_path(target: str) -> str:
    """Return the path to send, with a leading slash. Existing escapes are kept and other characters are escaped.

    Raises `UsageError` for an empty part, as in ``/products/$id`` if ``$id`` is not set, and for ``.`` and ``..``.
    """
    parts = target.removeprefix("/").split("/")
    if not target.strip("/ "):
        raise UsageError(f"the path is empty: {_EXAMPLE}.")
    for part in parts:
        plain = unquote_plus(part).strip()
        if not plain:
            raise UsageError(f"the path {target!r} has an empty part: is an id missing?")
        if plain in (".", ".."):
            raise UsageError(f"the path {target!r} contains {part!r}, which leads elsewhere: {_EXAMPLE}.")
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", "/".join(parts))
    return "/" + quote(os.fsencode(escaped), safe="/%+:@!$&'()*,;=~")


def _parse_parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--query takes NAME=VALUE, such as limit=10, not {text!r}.")
    return name, value


def _read_body(data: str, content_type: str) -> bytes:
    if "/" not in content_type or not content_type.isascii() or not content_type.isprintable():
        raise UsageError(f"--type takes a content type, such as text/plain, not {content_type!r}.")
    if not data.startswith("@"):
        body = os.fsencode(data)
    elif data == "@-":
        body = sys.stdin.buffer.read()
    else:
        try:
            body = Path(data[1:]).read_bytes()
        except OSError as error:
            raise UsageError(f"can't read the body from {data[1:]}: {error.strerror}.") from error
    if content_type == _JSON:
        from ecwid_async.codec import loads

        try:
            loads(body)
        except ValueError as error:
            hint = "quote it for your shell, read it with @FILE, or pass another --type"
            raise UsageError(f"--data is not valid JSON ({error}): {hint}.") from error
    return body


def _require_yes(http_method: str, path: str, body: bytes | None) -> None:
    """Raise `UsageError` if the request, or one in a batch, affects many items or is an unknown DELETE."""
    from ecwid_async.cli.introspect import list_methods, offline_store

    known = list(list_methods(offline_store()))
    for method, target in ((http_method, path), *_requests_in_batch(path, body)):
        if _affects_many(known, method, _decoded_segments(target)):
            raise UsageError(f"{method} {target} can delete or change many items at once: add --yes to confirm.")


def _affects_many(known: "list[Method]", http_method: str, segments: list[str]) -> bool:
    matching = [method for method in known if method.matches(http_method, segments)]
    return any("confirm" in method.parameters for method in matching) or (http_method == "DELETE" and not matching)


def _decoded_segments(path: str) -> list[str]:
    return [unquote_plus(part) for part in path.partition("?")[0].strip("/").split("/")]


def _requests_in_batch(path: str, body: bytes | None) -> list[tuple[str, str]]:
    """Return the HTTP method and path of each request in a batch, none for any other request."""
    from ecwid_async.codec import loads

    if _decoded_segments(path) != ["batch"] or body is None:
        return []
    try:
        items = loads(body)
    except ValueError:
        return []
    requests = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [(str(item.get("method")).upper(), str(item.get("path"))) for item in requests]


def _print_head(response: Response) -> None:
    known = {status.value: status.phrase for status in HTTPStatus}
    lines = [f"HTTP {response.status} {known.get(response.status, '')}".rstrip()]
    lines += [f"{name}: {value}" for name, value in response.headers.printable_items().items()]
    sys.stdout.write(escape_for_terminal("\n".join(lines)) + "\n\n")


def _print_body(response: Response) -> None:
    kind = response.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    text = indent_json(response.body) if kind.endswith("json") else None
    if text is not None:
        write_json(text)
    elif sys.stdout.isatty() and not _is_text(response.body):
        size = f"{len(response.body):,} bytes of {kind}"
        raise UsageError(f"the response is {size}, which a terminal can't show: add > FILE to save it.")
    elif sys.stdout.isatty():
        sys.stdout.write(escape_for_terminal(response.body.decode()))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(response.body)


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False
