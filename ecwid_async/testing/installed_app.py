"""An app that is installed in a store of a sandbox."""

from typing import Final

from attrs import field

from ecwid_async.apps.asgi import ASGIApp
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox import App, AppRequest, Sandbox
from ecwid_async.testing.asgi_client import request_app

__all__ = ["InstalledApp"]

_CLIENT_ID: Final = "my-app"
_CLIENT_SECRET: Final = "secret_of_my_app"  # noqa: S105  valid only in a sandbox
_URL: Final = "http://127.0.0.1:8000"


@frozen(kw_only=True)
class InstalledApp:
    """An app in a store of a sandbox, with all scopes. `app` has its addresses, which you may change.

    `connect` leads its webhooks to an ASGI app in this process; `deliver_webhooks` sends those that are due.
    """

    sandbox: Sandbox
    app: App
    store_id: int
    token: str = field(repr=False)

    @classmethod
    def install(cls, sandbox: Sandbox, store_id: int) -> "InstalledApp":
        """Register an app in a sandbox, and install it in a store."""
        app = sandbox.add_app(
            App(
                client_id=_CLIENT_ID,
                client_secret=_CLIENT_SECRET,
                scopes=None,
                public_token=True,
                redirect_uri=f"{_URL}/callback",
                webhook_url=f"{_URL}/webhooks",
                iframe_url=f"{_URL}/page",
                payment_url=f"{_URL}/payment",
                shipping_url=f"{_URL}/shipping",
                discount_url=f"{_URL}/discounts",
            )
        )
        token = sandbox.install(app.client_id, store_id).token
        # A test waits for the events of what it does itself.
        sandbox.deliveries.clear()
        return cls(sandbox=sandbox, app=app, store_id=store_id, token=token)

    @property
    def client_id(self) -> str:
        """The client id of the app."""
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        """The secret with which its webhooks are signed and its payloads encrypted."""
        return self.app.client_secret

    def connect(self, app: ASGIApp, *, path: str = "/webhooks") -> None:
        """Let webhooks reach an ASGI app in this process, at `path`."""
        self.app.webhook_url = f"{_URL}{path}"

        async def send(request: AppRequest) -> int:
            return (await request_app(app, request)).status

        self.sandbox.deliveries.sender = send

    async def deliver_webhooks(self) -> int:
        """Send the webhooks that are due, and return the number of attempts."""
        return await self.sandbox.deliveries.deliver_due()

    def page_url(self, *, path: str = "/page", app_state: str | None = None) -> str:
        """The address, at `path`, with which the control panel of the store opens the app's page (extra ``apps``)."""
        self.app.iframe_url = f"{_URL}{path}"
        return self.sandbox.iframe_url(self.client_id, self.store_id, app_state=app_state)

    def payment_request(self, order_id: str | int, *, path: str = "/payment") -> AppRequest:
        """What the browser of a customer sends to the app, at `path`, to pay an order (extra ``apps``).

        The app reports the result to the sandbox with the transaction of the order. Raises `LookupError` if there is no
        such order.
        """
        self.app.payment_url = f"{_URL}{path}"
        return self.sandbox.checkout.payment_request(self.client_id, self.store_id, order_id)
