"""Routing: registering endpoints and lists, and finding the endpoint for a path."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final

from attrs import field, frozen

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine.listing import Listing
from ecwid_async.sandbox.engine.page import Page
from ecwid_async.sandbox.engine.response_fields import Selection, parse_selection
from ecwid_async.sandbox.engine.validation import languages_of, read_document
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import Endpoint
from ecwid_async.sandbox.state import Item, Store, parse_number
from ecwid_async.wire import Request, Response

__all__ = ["Media", "Result", "Route", "Routes", "StoreRequest", "register_list", "registered_routes", "route"]

_LANGUAGE_ERRORS: Final = frozenset({"MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", "LANGUAGES_NOT_ALLOWED"})


@frozen
class Media:
    """A response that is not JSON."""

    content_type: str
    body: bytes = field(repr=False)


Result = Item | list[Any] | bytes | Page | Media
"""The return value of an endpoint: JSON, JSON that is already encoded, a page of a list, or `Media`."""


@frozen(slots=False, kw_only=True, eq=False)
class StoreRequest:
    """An authorised request to one store, as an endpoint receives it.

    `path_params` are decoded; `params`, those of the query, are typed by the spec: lists are tuples, times are Unix
    seconds. `now` is the second of the request. `missing_scopes` returns which access scopes the token does not have.
    `execute` handles another request to this store with the same token; its path starts below the store's id.
    """

    store: Store
    endpoint: Endpoint
    path_params: dict[str, str]
    params: dict[str, Any]
    body: bytes = field(repr=False)
    now: int
    missing_scopes: Callable[[Iterable[str]], list[str]] = field(repr=False)
    execute: Callable[[Request], Response] = field(repr=False)

    def has_scope(self, scope: str) -> bool:
        """Does the token have this access scope; for fields that need more scopes than the endpoint."""
        return not self.missing_scopes((scope,))

    def path_number(self, name: str) -> int:
        """A path parameter that is a number. Raises `ErrorResponse` if it is not."""
        number = parse_number(self.path_params[name])
        if number is None:
            raise ErrorResponse.wrong_parameter(f"{name} must be a number, not {self.path_params[name][:100]!r}")
        return number

    @cached_property
    def json(self) -> Any:
        """The JSON body with only the fields that the API accepts. Raises `ErrorResponse` if it is not valid."""
        document = read_document(
            self.body,
            self.endpoint.body,
            many=self.endpoint.many,
            refuse_unknown=self.store.switches.refuse_unknown,
        )
        if not self.store.simulated_errors.isdisjoint(_LANGUAGE_ERRORS):
            self._check_languages(languages_of(document))
        return document

    def _check_languages(self, sent: set[str]) -> None:
        languages = self.store.profile.get("languages") or {}
        main = languages.get("defaultLanguage") or "en"
        if unsupported := sorted(sent - {main}):
            message = f"This store only has texts in {main!r}: remove {', '.join(unsupported)}"
            self.raise_if_simulated("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", 400, message)
        if unsupported := sorted(sent - {main, *(languages.get("enabledLanguages") or ())}):
            message = f"These languages are not enabled in the store: {', '.join(unsupported)}"
            self.raise_if_simulated("LANGUAGES_NOT_ALLOWED", 400, message)

    @cached_property
    def selection(self) -> Selection | None:
        """The selected response fields. Raises `ErrorResponse` if ``responseFields`` is not valid."""
        try:
            return parse_selection(self.params.get("responseFields", ""))
        except ValueError as error:
            raise ErrorResponse.wrong_parameter(f"responseFields: {error}") from None

    def raise_if_simulated(self, code: str, status: int, message: str) -> None:
        """Raise this `ErrorResponse` if `Store.simulated_errors` contains its code."""
        if code in self.store.simulated_errors:
            raise ErrorResponse(status, code, message)

    def flag(self, name: str) -> bool:
        """A boolean parameter; False if it is missing."""
        return bool(self.params.get(name))


Route = Callable[[StoreRequest], Result]

_ROUTES: Final[dict[str, Route]] = {}
_LISTINGS: Final[dict[str, Listing]] = {}


def route(operation: str) -> Callable[[Route], Route]:
    """Register the function that serves an operation, which is written as in the API's documentation."""

    def register(function: Route) -> Route:
        if operation not in spec.load().endpoints:
            raise ValueError(f"{operation} is not an endpoint of the API: see sandbox/spec/endpoints.json")
        _ROUTES[operation] = function
        return function

    return register


def register_list(listing: Listing) -> Listing:
    """Register a list that every store has."""
    _LISTINGS[listing.section] = listing
    return listing


def registered_routes() -> "Routes":
    """The endpoints and lists of all modules loaded so far."""
    return Routes(_ROUTES, _LISTINGS)


class _PathNode:
    """One position in a path: the segments that may follow, at most one placeholder, and the endpoints here."""

    def __init__(self) -> None:
        self.segments: dict[str, _PathNode] = {}
        self.placeholder: tuple[str, _PathNode] | None = None
        self.methods: dict[str, tuple[Route, Endpoint]] = {}


class Routes:
    """All registered endpoints, and the lists that they use."""

    def __init__(self, routes: dict[str, Route], listings: dict[str, Listing]) -> None:
        self.listings = listings
        self.operations = tuple(sorted(routes))
        self._root = _PathNode()
        for operation, function in routes.items():
            method, path = operation.split(" ")
            node = self._root
            for segment in path.split("/")[1:]:
                if not segment.startswith("{"):
                    node = node.segments.setdefault(segment, _PathNode())
                    continue
                if node.placeholder is None:
                    node.placeholder = (segment[1:-1], _PathNode())
                node = node.placeholder[1]
            node.methods[method] = (function, spec.load().endpoints[operation])

    def find(self, method: str, segments: Iterable[str]) -> tuple[Route, Endpoint, dict[str, str]]:
        """The function for these decoded segments, and its path parameters. Raises `ErrorResponse` 404 or 405."""
        node, path_params = self._root, dict[str, str]()
        for segment in segments:
            if segment in node.segments:
                node = node.segments[segment]
            elif node.placeholder is not None and segment:
                name, node = node.placeholder
                path_params[name] = segment
            else:
                raise ErrorResponse(404, "NOT_FOUND", "There is no such endpoint")
        if not node.methods:
            raise ErrorResponse(404, "NOT_FOUND", "There is no such endpoint")
        if method not in node.methods:
            allowed = ", ".join(sorted(node.methods))
            message = f"{method} is not allowed here; use {allowed}"
            raise ErrorResponse(405, "METHOD_NOT_ALLOWED", message, {"Allow": allowed})
        return *node.methods[method], path_params
