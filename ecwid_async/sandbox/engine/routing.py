"""Routing: how endpoints and lists are declared, and how the function for a path is found."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final

from attrs import field, frozen

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine.listing import Listing
from ecwid_async.sandbox.engine.page import Page
from ecwid_async.sandbox.engine.response_fields import Selection, parse_selection
from ecwid_async.sandbox.engine.validation import languages_of, read_document
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.spec import Endpoint
from ecwid_async.sandbox.state import Item, Store, as_number
from ecwid_async.wire import Request, Response

__all__ = ["Media", "Result", "Route", "Routes", "StoreRequest", "declared", "register_list", "route"]


_OF_LANGUAGES: Final = frozenset({"MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", "LANGUAGES_NOT_ALLOWED"})


@frozen
class Media:
    """An answer that is not JSON."""

    content_type: str
    body: bytes = field(repr=False)


Result = Item | list[Any] | bytes | Page | Media


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
        """Was the token granted this access scope; for fields that need more than the endpoint does."""
        return not self.missing_scopes((scope,))

    def path_number(self, name: str) -> int:
        """The number in the path. Raises `Refusal` where there is another text."""
        number = as_number(self.path_params[name])
        if number is None:
            raise Refusal.wrong(f"{name} must be a number, not {self.path_params[name][:100]!r}")
        return number

    @cached_property
    def json(self) -> Any:
        """The JSON body, without what the API does not take. Raises `Refusal` where it does not fit."""
        document = read_document(
            self.body,
            self.endpoint.body,
            many=self.endpoint.many,
            refuse_unknown=self.store.switches.refuse_unknown,
        )
        if not self.store.refuses.isdisjoint(_OF_LANGUAGES):
            self._check_languages(languages_of(document))
        return document

    def _check_languages(self, sent: set[str]) -> None:
        languages = self.store.profile.get("languages") or {}
        main = languages.get("defaultLanguage") or "en"
        if unwanted := sorted(sent - {main}):
            message = f"This store has no texts but in {main!r}: leave {', '.join(unwanted)} out"
            self.raise_if_simulated("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", 400, message)
        if unwanted := sorted(sent - {main, *(languages.get("enabledLanguages") or ())}):
            message = f"These languages are not enabled in the store: {', '.join(unwanted)}"
            self.raise_if_simulated("LANGUAGES_NOT_ALLOWED", 400, message)

    @cached_property
    def selection(self) -> Selection | None:
        """The asked fields. Raises `Refusal` where ``responseFields`` cannot be read."""
        try:
            return parse_selection(self.params.get("responseFields", ""))
        except ValueError as error:
            raise Refusal.wrong(f"responseFields: {error}") from None

    def raise_if_simulated(self, code: str, status: int, message: str) -> None:
        """Raise `Refusal` where `Store.refuses` has this error code; for what no request can bring about."""
        if code in self.store.refuses:
            raise Refusal(status, code, message)

    def flag(self, name: str) -> bool:
        """A boolean parameter, False where it is absent."""
        return bool(self.params.get(name))


Route = Callable[[StoreRequest], Result]

_ROUTES: Final[dict[str, Route]] = {}
_LISTINGS: Final[dict[str, Listing]] = {}


def route(operation: str) -> Callable[[Route], Route]:
    """Declare the function that answers an operation, written as in the API's documentation."""

    def declare(function: Route) -> Route:
        if operation not in spec.load().endpoints:
            raise ValueError(f"{operation} is not an endpoint of the API: see sandbox/spec/endpoints.json")
        _ROUTES[operation] = function
        return function

    return declare


def register_list(declared: Listing) -> Listing:
    """Declare a list of the store."""
    _LISTINGS[declared.section] = declared
    return declared


class _Branch:
    """One position in a path: fixed segments and at most one placeholder below it, endpoints that end here."""

    def __init__(self) -> None:
        self.fixed: dict[str, _Branch] = {}
        self.placeholder: tuple[str, _Branch] | None = None
        self.verbs: dict[str, tuple[Route, Endpoint]] = {}


class Routes:
    """All declared endpoints, and the lists they work on."""

    def __init__(self, routes: dict[str, Route], listings: dict[str, Listing]) -> None:
        self.listings = listings
        self.operations = tuple(sorted(routes))
        self._root = _Branch()
        for operation, function in routes.items():
            method, path = operation.split(" ")
            branch = self._root
            for segment in path.split("/")[1:]:
                if not segment.startswith("{"):
                    branch = branch.fixed.setdefault(segment, _Branch())
                    continue
                if branch.placeholder is None:
                    branch.placeholder = (segment[1:-1], _Branch())
                branch = branch.placeholder[1]
            branch.verbs[method] = (function, spec.load().endpoints[operation])

    def find(self, method: str, segments: Iterable[str]) -> tuple[Route, Endpoint, dict[str, str]]:
        """The function for these decoded segments, and the values of its placeholders. Raises `Refusal` 404 or 405."""
        branch, ids = self._root, dict[str, str]()
        for segment in segments:
            if segment in branch.fixed:
                branch = branch.fixed[segment]
            elif branch.placeholder is not None and segment:
                name, branch = branch.placeholder
                ids[name] = segment
            else:
                raise Refusal(404, "NOT_FOUND", "There is no such endpoint")
        if not branch.verbs:
            raise Refusal(404, "NOT_FOUND", "There is no such endpoint")
        if method not in branch.verbs:
            allowed = ", ".join(sorted(branch.verbs))
            raise Refusal(405, "METHOD_NOT_ALLOWED", f"{method} is not allowed here; use {allowed}", {"Allow": allowed})
        return *branch.verbs[method], ids


def declared() -> Routes:
    """The endpoints and lists that the modules loaded so far declare."""
    return Routes(_ROUTES, _LISTINGS)
