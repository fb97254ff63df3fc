"""An app that gets the webhooks of demo stores."""

from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.seed.demo_store import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from ecwid_async.sandbox.state import App, Install

__all__ = ["add_demo_app"]


def add_demo_app(sandbox: Sandbox, *, webhook_url: str, client_secret: str = DEMO_CLIENT_SECRET) -> App:
    """Install an app with all scopes in all stores of a sandbox. It gets their webhooks at `webhook_url`.

    It is the app to which the tokens of demo stores belong, with the client id `DEMO_CLIENT_ID`.
    """
    app = sandbox.add_app(App(client_id=DEMO_CLIENT_ID, client_secret=client_secret, webhook_url=webhook_url))
    for store in sandbox.stores.values():
        store.installs[app.client_id] = Install()
        store.add_app(app.client_id, client_secret)
        application = store.section_data.get("application") or {}
        store.section_data["application"] = {**application, "namespace": app.client_id}
    return app
