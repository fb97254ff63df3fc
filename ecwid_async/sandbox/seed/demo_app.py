"""An app for demo stores."""

from ecwid_async.sandbox.sandbox import Sandbox
from ecwid_async.sandbox.seed.demo_store import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from ecwid_async.sandbox.state import App, Install

__all__ = ["add_demo_app"]


def add_demo_app(
    sandbox: Sandbox,
    *,
    webhook_url: str | None = None,
    redirect_uri: str | None = None,
    iframe_url: str | None = None,
    client_secret: str = DEMO_CLIENT_SECRET,
) -> App:
    """Register an app that may ask for all scopes in all stores of a sandbox, with the client id `DEMO_CLIENT_ID`.

    With `redirect_uri` it can be installed on the consent page, and with `iframe_url` it has a page in the control
    panel. With `webhook_url` it gets the webhooks of the stores in which it is installed: without `redirect_uri` those
    are all stores, as the app to which their tokens belong.
    """
    app = sandbox.add_app(
        App(
            client_id=DEMO_CLIENT_ID,
            client_secret=client_secret,
            scopes=None,
            redirect_uri=redirect_uri,
            public_token=True,
            webhook_url=webhook_url,
            iframe_url=iframe_url,
        )
    )
    for store in sandbox.stores.values() if webhook_url is not None and redirect_uri is None else ():
        store.installs[app.client_id] = Install(token=next(iter(store.tokens), ""))
        store.add_app(app.client_id, client_secret)
        application = store.section_data.get("application") or {}
        store.section_data["application"] = {**application, "namespace": app.client_id}
    return app
