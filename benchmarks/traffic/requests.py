"""The request that all parts of this benchmark send."""

from ecwid_async.wire import Lane, Options, Request

__all__ = ["read_request"]


def read_request(lane: Lane = Lane.BULK) -> Request:
    """A GET in the given lane."""
    return Request(
        method="GET", path="/products", options=Options(operation="GET /products", lane=lane, repeatable=True)
    )
