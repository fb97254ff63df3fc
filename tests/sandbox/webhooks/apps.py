"""A sandbox whose app gets webhooks, in this process."""

import json
from collections.abc import Iterable
from typing import Any

from ecwid_async.sandbox import App, AppRequest, Delivery, Install, Sandbox
from tests.sandbox.api import Api, Clock

CLIENT_ID = "my-app"
CLIENT_SECRET = "test_client_secret"
STORE_ID, TOKEN = 1003, "secret_demo"
URL = "http://127.0.0.1:8000/webhooks"


class Receiver:
    """Receives webhooks in place of an app. `statuses` are its next responses, then `status`."""

    def __init__(self) -> None:
        self.requests: list[AppRequest] = []
        self.status = 200
        self.statuses: list[int] = []

    async def __call__(self, request: AppRequest) -> int:
        self.requests.append(request)
        return self.statuses.pop(0) if self.statuses else self.status

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.requests]

    @property
    def types(self) -> list[str]:
        return [body["eventType"] for body in self.bodies]


def empty_store(clock: Clock, receiver: Receiver, scopes: Iterable[str] | None = None) -> Api:
    """An empty store in which an app is installed, with these scopes or all."""
    sandbox = Sandbox(clock=clock, requests_per_minute=None)
    store = sandbox.add_store(STORE_ID, token=TOKEN)
    sandbox.add_app(App(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, webhook_url=URL))
    store.installs[CLIENT_ID] = Install(scopes=None if scopes is None else frozenset(scopes))
    sandbox.deliveries.sender = receiver
    return Api(sandbox, store_id=STORE_ID, token=TOKEN)


def new_events(api: Api) -> list[tuple[str, Any, Any]]:
    """Type, entity and data of the events since the last call."""
    events = [_summary(delivery) for delivery in api.sandbox.deliveries]
    api.sandbox.deliveries.clear()
    return events


def _summary(delivery: Delivery) -> tuple[str, Any, Any]:
    event = delivery.event
    return event.event_type, event.entity_id, None if event.data is None else dict(event.data)
