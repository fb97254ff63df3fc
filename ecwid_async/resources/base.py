"""The base classes of resources, which turn the arguments of a method into a call."""

import re
import typing
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from types import NoneType
from typing import Final, Generic, Literal, TypeVar, overload

from attrs import evolve

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.codec import apply_projection, dumps
from ecwid_async.errors import ConfigError
from ecwid_async.files import Download, Progress, Source, upload_body
from ecwid_async.models.base import Draft, Model
from ecwid_async.pages import Pages, bulk_request
from ecwid_async.resources.query import QueryValue, query_params
from ecwid_async.wire import Headers, Options, Request, encode_segment, new_request, new_request_id

if typing.TYPE_CHECKING:
    from ecwid_async.changes import Changes, Cursor, ItemId, ItemLookup
    from ecwid_async.scan import Scan

__all__ = [
    "ListResource",
    "Resource",
    "raise_not_identifiable",
    "require_confirmation",
    "require_draft",
]

# Type checkers assume that a variable of this name is true. jedi, which completes names in editors and notebooks, uses
# its value: it knows the bound of a type variable but not the default, so type variables get a bound only for jedi.
TYPE_CHECKING = False

T = TypeVar("T")
R = TypeVar("R")
D = TypeVar("D", bound=Draft)

_NO_HEADERS: Final = Headers()
_JSON_HEADERS: Final = Headers((("Content-Type", "application/json; charset=UTF-8"),))
_BINARY_HEADERS: Final = Headers((("Content-Type", "application/octet-stream"),))
# Evaluating ``str | int`` takes longer than the check of a type.
_ID_TYPES: Final = (str, int)
_PLACEHOLDER: Final = re.compile(r"\{\w+\}")
_REPEATABLE: Final = frozenset({"GET", "PUT", "DELETE"})


class Resource:
    """A section of the API for one store.

    Methods with an `into` argument take your own class with some of the model's fields, under the same names. They
    request only these fields and return instances of the class. They raise `TypeError` if the type of a field can't
    hold the API's values.

    Methods raise `ValueError` or `TypeError` for an argument that can't be sent, such as an empty id, or a dict in
    place of a draft.
    """

    __slots__ = ("_channel",)

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def _call(
        self,
        endpoint: str,
        *ids: str | int,
        result_type: type[T],
        query: Mapping[str, QueryValue] | None = None,
        body: object = None,
        repeatable: bool | None = None,
        unwrap: str | None = None,
        look_up: Lookup | None = None,
    ) -> Call[T]:
        """Build a call of `endpoint`, such as ``PUT /products/{productId}``, that returns a `result_type`.

        A `body` of bytes is sent unchanged, any other as JSON. `unwrap` names the member of the response to return.
        `repeatable` follows from the HTTP method by default. `look_up` finds the created item if it is unknown whether
        a create took effect; it must contain the identifying values, since the draft may change later.
        """
        request = _request(
            endpoint,
            ids,
            query,
            body=body,
            repeatable=repeatable,
            expects="anything" if result_type is str or result_type is NoneType else "object",
        )
        return Call(request, result_type, self._channel, unwrap=unwrap, look_up=look_up)

    def _read(
        self,
        endpoint: str,
        *ids: str | int,
        model: type[Model],
        into: type[R] | None,
        query: Mapping[str, QueryValue],
    ) -> Call[R]:
        """Build a call that returns a `model`, or an instance of `into` if that is given."""
        request, result_type = apply_projection(_request(endpoint, ids, query), model, into)
        return Call(request, result_type, self._channel)

    def _read_list(
        self,
        endpoint: str,
        *ids: str | int,
        model: type[Model],
        into: type[R] | None,
        query: Mapping[str, QueryValue],
        unwrap: str | None = None,
    ) -> Call[list[R]]:
        """Like `_read`, for a response that is a list or holds one in its member `unwrap`."""
        request, result_type = apply_projection(_request(endpoint, ids, query), model, into, inside=unwrap)
        return Call(request, list[result_type], self._channel, unwrap=unwrap)  # type: ignore[valid-type]

    def _pages(
        self,
        endpoint: str,
        *ids: str | int,
        model: type[Model],
        into: type[R] | None,
        query: Mapping[str, QueryValue],
        limit: int | None,
        offset: int | None,
    ) -> Pages[R]:
        """Like `_read`, for a list with pages."""
        request, result_type = apply_projection(_request(endpoint, ids, query), model, into, inside="items")
        return Pages(request, result_type, self._channel, limit=limit, offset=offset)

    def _upload(
        self,
        endpoint: str,
        *ids: str | int,
        result_type: type[T],
        source: Source | None,
        external_url: str | None,
        query: Mapping[str, QueryValue] | None = None,
        max_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> Call[T]:
        """Build a call that uploads `source`, or lets the server fetch the file from `external_url`.

        Raises `ValueError` unless exactly one of the two is given, and `UploadTooLarge` above `max_bytes` bytes.
        """
        if (source is None) == (external_url is None):
            raise ValueError(f"{endpoint} needs exactly one of source and external_url: pass the file or its URL")
        request = _request(endpoint, ids, {**(query or {}), "externalUrl": external_url}, expects="object")
        if source is not None:
            request = evolve(
                request, body=upload_body(source, max_bytes=max_bytes, progress=progress), headers=_BINARY_HEADERS
            )
        return Call(request, result_type, self._channel)

    def _download(self, endpoint: str, *ids: str | int, query: Mapping[str, QueryValue] | None = None) -> Download:
        """Build a download of the file that `endpoint` returns."""
        return Download(_request(endpoint, ids, query), self._channel)


class ListResource(Resource, Generic[T]):
    """A section with a list of items."""

    __slots__ = ()

    @abstractmethod
    def search(self) -> Pages[T]:
        """Search for items."""

    @overload
    def scan(
        self, *, ordered: bool = False, concurrency: int = 8, lag: float = 120.0, resume: str | None = None
    ) -> "Scan[T]": ...

    @overload
    def scan(
        self,
        *,
        into: type[R],
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> "Scan[R]": ...

    def scan(
        self,
        *,
        into: type[R] | None = None,
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> "Scan[T] | Scan[R]":
        """Read all items, including hidden ones. See `Pages.scan`, which scans the results of a search."""
        pages = self.search()
        if into is None:
            return pages.scan(ordered=ordered, concurrency=concurrency, lag=lag, resume=resume)
        return pages.scan(into=into, ordered=ordered, concurrency=concurrency, lag=lag, resume=resume)

    @overload
    def look_up(
        self, ids: "Iterable[ItemId]", *, multi_get: bool = True, lag: float = 300.0, concurrency: int = 8
    ) -> "ItemLookup[T]": ...

    @overload
    def look_up(
        self,
        ids: "Iterable[ItemId]",
        *,
        into: type[R],
        multi_get: bool = True,
        lag: float = 300.0,
        concurrency: int = 8,
    ) -> "ItemLookup[R]": ...

    def look_up(
        self,
        ids: "Iterable[ItemId]",
        *,
        into: type[R] | None = None,
        multi_get: bool = True,
        lag: float = 300.0,
        concurrency: int = 8,
    ) -> "ItemLookup[T] | ItemLookup[R]":
        """Read items by their ids, and find out which were deleted: ``async for batch in store.products.look_up(ids)``.

        The list is searched for up to 100 ids at once, if it has such a search and `multi_get` is true. The other items
        are read one by one. An item that a GET does not find counts as deleted. One that can't be read doesn't stop the
        others: see `ItemLookup.failed`. `lag` is how many seconds a search may be behind the store; items that were
        read with a GET are up to date.

        Raises `ConfigError` for a list whose items can't be read one by one.
        """
        from ecwid_async.changes import ItemLookup

        pages = self.search()
        get_request = _get_request_builder(pages, into)
        if get_request is None:
            raise ConfigError(
                f"the items of {pages.request.options.operation} can't be read one by one: read the whole list with "
                "scan or changes"
            )
        request, item = apply_projection(pages.request, pages._item, into, inside="items")
        return ItemLookup(
            ids, request, get_request, item, pages._channel, multi_get=multi_get, lag=lag, concurrency=concurrency
        )

    @overload
    def changes(
        self,
        since: "Cursor | str | None" = None,
        *,
        known: "Collection[ItemId] | None" = None,
        lag: float = 300.0,
        concurrency: int = 8,
        max_lookups: int = 200,
        confirm_deletions: bool = False,
    ) -> "Changes[T]": ...

    @overload
    def changes(
        self,
        since: "Cursor | str | None" = None,
        *,
        into: type[R],
        known: "Collection[ItemId] | None" = None,
        lag: float = 300.0,
        concurrency: int = 8,
        max_lookups: int = 200,
        confirm_deletions: bool = False,
    ) -> "Changes[R]": ...

    def changes(
        self,
        since: "Cursor | str | None" = None,
        *,
        into: type[R] | None = None,
        known: "Collection[ItemId] | None" = None,
        lag: float = 300.0,
        concurrency: int = 8,
        max_lookups: int = 200,
        confirm_deletions: bool = False,
    ) -> "Changes[T] | Changes[R]":
        """Read what changed since a cursor: ``async with store.products.changes(cursor) as changes``.

        `since` is the cursor of the last batch of an earlier read, also as JSON, or None to read everything. Items that
        were updated before the cursor are not read, all others are, including hidden ones. Lists that can't be filtered
        by update time are read whole each time: ``docs/changes.md`` has the table.

        Deletions come from the list of deleted items, if there is one. `known` are the ids of all items that you have:
        they are compared with the whole list, and what it lacks is looked up. At most `max_lookups` items are read one
        by one, and `ChangeBatch.missing` has the others. If more than 5 % of the known items are gone, and more than
        100, none of them is taken for deleted, unless `confirm_deletions` is true.

        `into` is your own class with some of the model's fields: only these are requested, and it replaces the model.
        `lag` is how many seconds the search index may be behind the store. At most `concurrency` pages are requested at
        a time. Raises `ConfigError` for a cursor of another store or list, and for an invalid number.
        """
        from ecwid_async.changes import Changes

        pages = self.search()
        request, item = bulk_request(pages, into)
        return Changes(
            request,
            item,
            self._channel,
            since=since,
            get_request=_get_request_builder(pages, into),
            known=known,
            lag=lag,
            concurrency=concurrency,
            max_lookups=max_lookups,
            confirm_deletions=confirm_deletions,
        )


def _get_request_builder(pages: Pages[T], into: type[R] | None) -> "Callable[[ItemId], Request] | None":
    """Return a function that builds the request for an item of a list, None if the API has no such request."""
    from ecwid_async.changes import change_plan_for

    endpoint = change_plan_for(pages.request.options.operation).get
    if endpoint is None:
        return None

    def get_request(item_id: "ItemId") -> Request:
        return apply_projection(_request(endpoint, (item_id,), None), pages._item, into)[0]

    return get_request


def _request(
    endpoint: str,
    ids: tuple[str | int, ...],
    query: Mapping[str, QueryValue] | None,
    *,
    body: object = None,
    repeatable: bool | None = None,
    expects: Literal["object", "anything"] = "anything",
) -> Request:
    method, path, literals, options = _parse_endpoint(endpoint, repeatable, expects)
    for item_id, literal in zip(ids, literals, strict=True):
        if not isinstance(item_id, _ID_TYPES) or isinstance(item_id, bool):
            raise TypeError(f"{item_id!r} is not a valid id: {endpoint} takes a str or an int")
        path += encode_segment(item_id) + literal
    return new_request(
        method,
        path,
        query_params(query) if query else (),
        body if body is None or isinstance(body, bytes) else dumps(body),
        _NO_HEADERS if body is None else _JSON_HEADERS,
        options,
        new_request_id(),
    )


@lru_cache(maxsize=1024)
def _parse_endpoint(
    endpoint: str, repeatable: bool | None, expects: Literal["object", "anything"]
) -> tuple[str, str, list[str], Options]:
    """The method, the start of the path, what follows each id, and the options."""
    method, _, template = endpoint.partition(" ")
    start, *literals = _PLACEHOLDER.split(template)
    may_repeat = method in _REPEATABLE if repeatable is None else repeatable
    return method, start, literals, Options(operation=endpoint, repeatable=may_repeat, expects=expects)


async def raise_not_identifiable(channel: Channel, reason: str) -> None:
    """Raise `LookupError`. This is the lookup of an item without an identifying value."""
    raise LookupError(reason)


def require_draft(draft: D, expected: type[D]) -> D:
    """Return `draft`, or raise `TypeError` if it is anything else, such as a dict."""
    if not isinstance(draft, expected):
        name = expected.__name__
        raise TypeError(f"the draft is a {type(draft).__name__}: pass {name}(…), or {name}.from_dict(…) for a dict")
    return draft


def require_confirmation(confirm: Literal[True] | None, deleted: str) -> None:
    """Raise `ValueError` unless `confirm` is True. `deleted` names the items in its message."""
    if confirm is not True:
        raise ValueError(f"this deletes {deleted}: pass confirm=True to do so")
