"""An app in this process that is installed in a store of the sandbox, and gets its webhooks."""

from typing import Any

from ecwid_async import Ecwid
from ecwid_async.apps import IncomingRequest, MemoryInbox, WebhookOutcome, WebhookRecord, Webhooks
from ecwid_async.sandbox import App, AppRequest, Install, Sandbox
from ecwid_async.tokens import MemoryTokens
from ecwid_async.wire import Headers
from tests.sandbox.api import Api, Clock

CLIENT_ID, SECRET = "my-app", "test_client_secret"
STORE = 1003
OWNER_TOKEN, TOKEN = "secret_owner", "secret_of_the_app"


class InstalledApp:
    """The sandbox, the app, and its clock. `api` sends requests of the store's owner."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.sandbox = Sandbox(clock=self.clock, requests_per_minute=None)
        self.sandbox.add_store(STORE, token=OWNER_TOKEN)
        url = "http://127.0.0.1:8000/webhooks"
        self.sandbox.add_app(App(client_id=CLIENT_ID, client_secret=SECRET, webhook_url=url))
        self.store_data = self.sandbox.stores[STORE]
        self.store_data.installs[CLIENT_ID] = Install()
        self.store_data.add_token(TOKEN, client_id=CLIENT_ID)
        self.api = Api(self.sandbox, store_id=STORE, token=OWNER_TOKEN)
        cache = settings.pop("cache", None)
        self.ecwid = Ecwid(transport=self.sandbox, quota=None, tokens=MemoryTokens({STORE: TOKEN}), cache=cache)
        self.records: list[WebhookRecord] = []
        self.inbox = MemoryInbox(clock=self.clock, random=lambda: 1.0)
        defaults: dict[str, Any] = {"client_secret": SECRET, "ecwid": self.ecwid, "records": self.records.append}
        self.webhooks = Webhooks(self.inbox, clock=self.clock, **{**defaults, **settings})
        self.sandbox.deliveries.sender = self._deliver
        self.sandbox.deliveries.clear()

    async def _deliver(self, request: AppRequest) -> int:
        incoming = IncomingRequest(
            method="POST",
            path=request.path,
            query=request.query,
            headers=Headers(request.headers),
            body=request.body,
        )
        return (await self.webhooks.handle(incoming)).status

    async def deliver(self) -> None:
        """Let the sandbox send what it has to tell, and run the handlers, once."""
        await self.sandbox.deliveries.deliver_due()
        await self.webhooks.run(until_idle=True)

    async def settle(self, *, rounds: int = 50) -> int:
        """Repeat that until nothing is left to send. Returns the number of rounds, which is limited."""
        for number in range(rounds):
            self.clock.now += 2
            if not self.sandbox.deliveries.waiting:
                return number
            await self.deliver()
        return rounds

    def requests(self) -> list[str]:
        """The requests since the last call, such as ``GET /products/7``."""
        found = [f"{each.method} {each.path.removeprefix(f'/{STORE}')}" for each in self.sandbox.requests]
        self.sandbox.requests.clear()
        return found

    def outcomes(self) -> list[WebhookOutcome]:
        """What happened to events that were handled, since the last call."""
        found = [each.outcome for each in self.records if each.handler is not None]
        self.records.clear()
        return found
