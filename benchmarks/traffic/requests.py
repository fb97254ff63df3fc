"""The request that all parts of this benchmark send."""

from ecwid_async.wire import Lane, Options, Request

__all__ = ["make_request"]


def make_request(lane: Lane = Lane.BULK) -> Request:
    """Return a GET in the given lane."""
    return Request(
        method="GET", path="/products", options=Options(operation="GET /products", lane=lane, repeatable=True)
    )
