"""A sandbox that records its successful responses by endpoint, so that tests can check what all others received."""

import re
from collections import defaultdict
from typing import Final

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.wire import Request, Response
from tests.models.spec import Spec
from tests.sandbox.api import Clock

__all__ = ["RECORDED", "SPEC", "RecordingSandbox", "endpoint_of"]

SPEC: Final = Spec()
RECORDED: Final[defaultdict[str, list[bytes]]] = defaultdict(list)
"""The bodies of successful responses by endpoint, such as ``GET /orders/{orderId}``."""


def endpoint_of(method: str, path: str) -> str:
    """The endpoint with the fewest placeholders that matches a path below the store's id."""
    matching = [
        (row["path"].count("{"), f"{method} {row['path']}")
        for row in SPEC.endpoints
        if row["method"] == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", row["path"]), path)
    ]
    return min(matching)[1]


class RecordingSandbox(Sandbox):
    """A sandbox that refuses unknown fields and parameters. A batch is recorded as one request."""

    def __init__(self) -> None:
        super().__init__(clock=Clock(1_760_000_000), requests_per_minute=None, switches=Switches(reject_unknown=True))

    def handle(self, request: Request) -> Response:
        """Respond, and record the body of a success: an error proves nothing."""
        response = super().handle(request)
        if 200 <= response.status < 300:
            path = re.sub(r"^/\d+(?=/)", "", request.path)
            RECORDED[endpoint_of(request.method, path)].append(response.body)
        return response
