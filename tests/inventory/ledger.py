"""What went over the wire: every success, by the endpoint that the API's tables have for it."""

import re
from collections import defaultdict
from typing import Final

from ecwid_async.sandbox import Sandbox, Switches
from ecwid_async.wire import Request, Response
from tests.models.tables import Spec
from tests.sandbox.api import Clock

__all__ = ["LEDGER", "SPEC", "Ledger", "Recorder", "operation"]

SPEC: Final = Spec()


def operation(method: str, path: str) -> str:
    """The endpoint that a path below the store's id belongs to: the one with the fewest placeholders."""
    fitting = [
        (row["path"].count("{"), f"{method} {row['path']}")
        for row in SPEC.endpoints
        if row["method"] == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", row["path"]), path)
    ]
    return min(fitting)[1]


class Ledger:
    """The bodies of the answers, by endpoint."""

    def __init__(self) -> None:
        self.answers: defaultdict[str, list[bytes]] = defaultdict(list)

    def add(self, request: Request, response: Response) -> None:
        """Note a success; what was refused proves nothing."""
        if 200 <= response.status < 300:
            path = re.sub(r"^/\d+(?=/)", "", request.path)
            self.answers[operation(request.method, path)].append(response.body)


LEDGER: Final = Ledger()


class Recorder(Sandbox):
    """A sandbox that refuses what the API does not have, and notes what it answers; batches count as one request."""

    def __init__(self) -> None:
        super().__init__(clock=Clock(1_760_000_000), requests_per_minute=None, switches=Switches(refuse_unknown=True))

    def handle(self, request: Request) -> Response:
        """Answer and note."""
        response = super().handle(request)
        LEDGER.add(request, response)
        return response
