"""A sandbox that records its successful responses by endpoint, so that a test can check the responses to all tests."""

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
"""The bodies of successful responses by endpoint, for example ``GET /orders/{orderId}``."""


def endpoint_of(method: str, path: str) -> str:
    """The endpoint of a path without the store's id: of all that match, the one with the fewest placeholders."""
    matching = [
        (row["path"].count("{"), f"{method} {row['path']}")
        for row in SPEC.endpoints
        if row["method"] == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", row["path"]), path)
    ]
    return min(matching)[1]


class RecordingSandbox(Sandbox):
    """A sandbox that refuses unknown fields and parameters. The requests in a batch are not recorded."""

    def __init__(self) -> None:
        super().__init__(clock=Clock(1_760_000_000), requests_per_minute=None, switches=Switches(reject_unknown=True))

    def handle(self, request: Request) -> Response:
        """Return the response, and record its body unless it is an error."""
        response = super().handle(request)
        if 200 <= response.status < 300:
            path = re.sub(r"^/\d+(?=/)", "", request.path)
            RECORDED[endpoint_of(request.method, path)].append(response.body)
        return response
