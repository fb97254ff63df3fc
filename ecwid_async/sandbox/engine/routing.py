"""Routing: registering endpoints and lists, and finding the endpoint for a path."""

from collections.abc import Callable, Iterable
from typing import Final

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine.listing import Listing
from ecwid_async.sandbox.engine.result import Result
from ecwid_async.sandbox.engine.store_request import StoreRequest
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import Endpoint

__all__ = ["Route", "Routes", "register_list", "registered_routes", "route"]

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
    """One position in a path: the next segments, at most one placeholder, and the endpoints of paths that end here."""

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
