"""A client for a sandbox in this process, and its clock."""

import json
from typing import Any

from ecwid_async.sandbox import Sandbox, Store
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.wire import Headers, Options, Request, Response


class Clock:
    """A clock in Unix seconds that stands still until a test sets `now`."""

    def __init__(self, now: float = 1_750_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Api:
    """Requests to one store of a sandbox with one token."""

    def __init__(self, sandbox: Sandbox, *, store_id: int = DEMO_STORE_ID, token: str = DEMO_TOKEN) -> None:
        self.sandbox = sandbox
        self.store_id = store_id
        self.token = token

    @property
    def store(self) -> Store:
        return self.sandbox.stores[self.store_id]

    def send(self, method: str, path: str, body: Any = None, /, **params: Any) -> Response:
        """The response. Bytes are sent as they are, any other body as JSON."""
        if body is None or isinstance(body, bytes):
            return self._send_bytes(method, path, body, "application/octet-stream", params)
        return self._send_bytes(method, path, json.dumps(body).encode(), "application/json; charset=UTF-8", params)

    def send_json(self, method: str, path: str, body: bytes, /, **params: Any) -> Response:
        """The response to a body that is already JSON."""
        return self._send_bytes(method, path, body, "application/json", params)

    def _send_bytes(
        self, method: str, path: str, body: bytes | None, content_type: str, params: dict[str, Any]
    ) -> Response:
        content = () if body is None else (("Content-Type", content_type),)
        return self.sandbox.handle(
            Request(
                method=method,
                path=f"/{self.store_id}{path}",
                params=tuple((name, _text(value)) for name, value in params.items()),
                body=body,
                headers=Headers((("Authorization", f"Bearer {self.token}"), *content)),
                options=Options(operation=f"{method} {path}"),
            )
        )

    def call(self, method: str, path: str, body: Any = None, /, **params: Any) -> Any:
        """The decoded body of a successful response."""
        response = self.send(method, path, body, **params)
        assert response.status == 200, response.body
        return json.loads(response.body)

    def get(self, path: str, /, **params: Any) -> Any:
        return self.call("GET", path, **params)

    def post(self, path: str, body: Any = None, /, **params: Any) -> Any:
        return self.call("POST", path, body, **params)

    def put(self, path: str, body: Any, /, **params: Any) -> Any:
        return self.call("PUT", path, body, **params)

    def delete(self, path: str, /, **params: Any) -> Any:
        return self.call("DELETE", path, None, **params)

    def refused(self, method: str, path: str, body: Any = None, /, **params: Any) -> tuple[int, str, str]:
        """Status, error code and message of an error response."""
        response = self.send(method, path, body, **params)
        assert response.status != 200, response.body
        error = json.loads(response.body)
        return response.status, error["errorCode"], error["errorMessage"]

    def all(self, path: str, /, **params: Any) -> list[dict[str, Any]]:
        """All items of a list."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **params, limit=100, offset=len(items))
            items += page["items"]
            if len(items) >= page["total"]:
                return items


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple | set) else str(value)
