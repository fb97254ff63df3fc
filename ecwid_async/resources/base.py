"""What every resource does: turn a method's arguments into a call."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Final, Generic, Literal, TypeAlias, TypeVar, cast, overload

from attrs import evolve

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.codec import apply_projection, dumps
from ecwid_async.files import Download, Progress, Source, upload_body
from ecwid_async.models.base import Model
from ecwid_async.pages import Pages
from ecwid_async.scan import Scan
from ecwid_async.wire import Headers, Options, Request, encode_segment

__all__ = [
    "Listed",
    "Moment",
    "QueryValue",
    "Resource",
    "Several",
    "confirmed",
    "query_params",
    "several",
    "unidentified",
]

# Type checkers go by the name and take it for true; jedi, which editors and notebooks complete with, goes by the value.
# It knows the bound of a type variable and not the default, and so is given one that no type checker sees.
TYPE_CHECKING = False

T = TypeVar("T")
R = TypeVar("R")
V = TypeVar("V")

Moment = datetime | int
"""A moment in a query: an aware `datetime`, or Unix seconds, which have ten digits since 2001."""

Several: TypeAlias = T | Sequence[T]
"""One value or several of them, which travel as one comma-separated parameter."""

QueryValue = str | int | Decimal | bool | datetime | Enum | Iterable[str | int | Decimal | Enum] | None

_JSON_HEADERS: Final = Headers((("Content-Type", "application/json; charset=UTF-8"),))
_BINARY_HEADERS: Final = Headers((("Content-Type", "application/octet-stream"),))
_PLACEHOLDER: Final = re.compile(r"\{\w+\}")
_REPEATABLE: Final = frozenset({"GET", "PUT", "DELETE"})
# The parameters that are moments. A year, a compact date or milliseconds would be read as Unix seconds without a word.
_MOMENTS: Final = frozenset(
    {
        "cancelledFrom",
        "cancelledTo",
        "createdFrom",
        "createdTo",
        "endedAt",
        "from_date",
        "nextChargeFrom",
        "nextChargeTo",
        "orderCreatedFrom",
        "orderCreatedTo",
        "pickupTimeFrom",
        "pickupTimeTo",
        "startedFrom",
        "to_date",
        "updatedFrom",
        "updatedTo",
    }
)
_UNIX_SECONDS: Final = range(1_000_000_000, 10_000_000_000)


class Resource:
    """A section of the API, seen from one store.

    Where a method takes `into`, a class of yours with some of the model's fields under their names here: only those are
    asked for, and the answer is of that class. `TypeError` says where it can't hold what the API answers.
    """

    __slots__ = ("_channel",)

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def _call(
        self,
        endpoint: str,
        *ids: str | int,
        reads: type[T],
        query: Mapping[str, QueryValue] | None = None,
        body: object = None,
        repeatable: bool | None = None,
        unwrap: str | None = None,
        look_up: Lookup | None = None,
    ) -> Call[T]:
        """A call of `endpoint`, such as ``PUT /products/{productId}``, whose answer is read as `reads`.

        A `body` of bytes goes out as it is, any other as JSON. `unwrap` names the member of the answer that is read.
        `repeatable` is what the verb suggests, unless stated. `look_up` finds what a create was to make, should nobody
        know whether it did; it holds what identifies the item as it is now.
        """
        request = _request(
            endpoint, ids, query, body, repeatable, "anything" if reads is str or reads is NoneType else "object"
        )
        return Call(request, reads, self._channel, unwrap=unwrap, look_up=look_up)

    def _read(
        self,
        endpoint: str,
        *ids: str | int,
        model: type[Model],
        into: type[R] | None,
        query: Mapping[str, QueryValue],
    ) -> Call[R]:
        """A call whose answer is read as `model`, or where given `into` the caller's own class."""
        request, reads = apply_projection(_request(endpoint, ids, query, None, None), model, into)
        return Call(request, reads, self._channel)

    def _read_all(
        self,
        endpoint: str,
        *ids: str | int,
        model: type[Model],
        into: type[R] | None,
        query: Mapping[str, QueryValue],
        unwrap: str | None = None,
    ) -> Call[list[R]]:
        """As `_read`, for an answer that is a list, or that holds one in `unwrap`."""
        request, reads = apply_projection(_request(endpoint, ids, query, None, None), model, into, inside=unwrap)
        return Call(request, list[reads], self._channel, unwrap=unwrap)  # type: ignore[valid-type]

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
        """As `_read`, for a list that comes page by page."""
        request, reads = apply_projection(_request(endpoint, ids, query, None, None), model, into, inside="items")
        return Pages(request, reads, self._channel, limit=limit, offset=offset)

    def _upload(
        self,
        endpoint: str,
        *ids: str | int,
        reads: type[T],
        source: Source | None,
        external_url: str | None,
        query: Mapping[str, QueryValue] | None = None,
        max_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> Call[T]:
        """A call that sends `source` as it is, or else the address that the server fetches it from.

        Raises `ValueError` unless there is exactly one of the two, `UploadTooLarge` above `max_bytes`.
        """
        if (source is None) == (external_url is None):
            raise ValueError(f"{endpoint} needs either the file itself or external_url, and not both")
        request = _request(endpoint, ids, {**(query or {}), "externalUrl": external_url}, None, None, "object")
        if source is not None:
            request = evolve(
                request, body=upload_body(source, max_bytes=max_bytes, progress=progress), headers=_BINARY_HEADERS
            )
        return Call(request, reads, self._channel)

    def _download(self, endpoint: str, *ids: str | int, query: Mapping[str, QueryValue] | None = None) -> Download:
        """The file that `endpoint` answers with."""
        return Download(_request(endpoint, ids, query, None, None), self._channel)


class Listed(Resource, Generic[T]):
    """A section that is a list of items."""

    __slots__ = ()

    @abstractmethod
    def search(self) -> Pages[T]:
        """The items that match."""

    @overload
    def scan(
        self, *, ordered: bool = False, concurrency: int = 8, lag: float = 120.0, resume: str | None = None
    ) -> Scan[T]: ...

    @overload
    def scan(
        self,
        *,
        into: type[R],
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> Scan[R]: ...

    def scan(
        self,
        *,
        into: type[R] | None = None,
        ordered: bool = False,
        concurrency: int = 8,
        lag: float = 120.0,
        resume: str | None = None,
    ) -> Scan[T] | Scan[R]:
        """All items, hidden ones included: see `Pages.scan`, which does the same for those that match a search."""
        pages = self.search()
        if into is None:
            return pages.scan(ordered=ordered, concurrency=concurrency, lag=lag, resume=resume)
        return pages.scan(into=into, ordered=ordered, concurrency=concurrency, lag=lag, resume=resume)


def _request(
    endpoint: str,
    ids: tuple[str | int, ...],
    query: Mapping[str, QueryValue] | None,
    body: object,
    repeatable: bool | None,
    expects: Literal["object", "anything"] = "anything",
) -> Request:
    method, pieces, options = _endpoint(endpoint, repeatable, expects)
    path = pieces[0]
    for segment, piece in zip(ids, pieces[1:], strict=True):
        if not isinstance(segment, str | int) or isinstance(segment, bool):
            raise TypeError(f"{segment!r} is not an id: pass the id of the item that {endpoint} is about")
        path += encode_segment(segment) + piece
    return Request(
        method=method,
        path=path,
        params=query_params(query) if query else (),
        body=body if body is None or isinstance(body, bytes) else dumps(body),
        headers=_NO_HEADERS if body is None else _JSON_HEADERS,
        options=options,
    )


_NO_HEADERS: Final = Headers()


@lru_cache(maxsize=1024)
def _endpoint(
    endpoint: str, repeatable: bool | None, expects: Literal["object", "anything"]
) -> tuple[str, list[str], Options]:
    method, _, template = endpoint.partition(" ")
    may_repeat = method in _REPEATABLE if repeatable is None else repeatable
    return method, _PLACEHOLDER.split(template), Options(operation=endpoint, repeatable=may_repeat, expects=expects)


async def unidentified(channel: Channel, reason: str) -> None:
    """Stands for the look-up of what nothing identifies: raises `LookupError`."""
    raise LookupError(reason)


def confirmed(confirm: Literal[True] | None, deleted: str) -> None:
    """Raise `ValueError`, which says what would be deleted, unless `confirm` is True."""
    if confirm is not True:
        raise ValueError(f"this deletes {deleted}: pass confirm=True if that is what you want")


def several(value: Several[V] | None) -> Sequence[V] | None:
    """What a parameter is given that takes one value or several, always as several: see `_joined`."""
    if value is None or (isinstance(value, Iterable) and not isinstance(value, str)):
        return cast("Sequence[V] | None", value)
    return [value]


def query_params(query: Mapping[str, QueryValue]) -> tuple[tuple[str, str], ...]:
    """Names and values in the form the API reads, without those that are None."""
    return tuple([(name, _text(name, value)) for name, value in query.items() if value is not None])


def _text(name: str, value: object) -> str:
    """A query value in the form the API reads: Unix seconds, ``true``, names of enums, comma-separated lists."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if name in _MOMENTS and value not in _UNIX_SECONDS:
            raise ValueError(
                f"{name} can't be {value}: Unix seconds have ten digits since 2001; "
                "for a date pass a datetime with a zone, such as datetime(2024, 1, 31, tzinfo=UTC)"
            )
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{name} needs a datetime with a zone, such as datetime.now(UTC)")
        return str(int(value.timestamp()))
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return _joined(name, [_text(name, element) for element in value])
    raise TypeError(
        f"{name} can't be a {type(value).__name__}: pass text, a whole number, a Decimal, a moment, or a list of those"
    )


def _joined(name: str, elements: Sequence[str]) -> str:
    """Values of a parameter that takes several. Raises `ValueError` where the server would read others than these."""
    if not elements:
        # Sent empty, a filter is as good as none, and the answer would hold everything.
        raise ValueError(f"{name} is an empty list, which would match everything: leave it out to mean that")
    for element in elements:
        if "," in element:
            raise ValueError(
                f"{name} can't be {element!r}: its values are separated by commas, and nothing says how to escape one "
                "inside a value. Pass a list for several values; a value with a comma can't be searched for"
            )
    return ",".join(elements)
