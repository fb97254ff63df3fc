"""The app to which the store's tokens belong: its subscription and its token. ``/application``"""

from typing import Final

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.state import Item, format_time

__all__: list[str] = []

_DAY: Final = 24 * 3600
# Tokens do not expire: the API returns a date in the far future.
_NEVER: Final = "2099-12-31 23:59:59 +0000"


@route("GET /application")
def get_app_subscription(request: StoreRequest) -> Result:
    """The store's subscription to the app."""
    status = _app(request)["status"]
    dates = {name: _app(request)[name] for name in ("startDate", "expirationDate")}
    return {"subscription": {**dates, "status": status}, "subscriptionStatus": status}


@route("DELETE /application")
def cancel_app_subscription(request: StoreRequest) -> Result:
    """Uninstall the app and revoke all of its tokens."""
    if request.params["namespace"] != _app(request)["namespace"]:
        return {"deleteCount": 0}
    request.store.section_data[_key(request)] = _app(request) | {"status": "SUSPENDED"}
    if request.client_id is None:
        request.store.revoke_all()
        request.store.installs.pop(request.params["namespace"], None)
    else:
        request.store.uninstall(request.client_id)
    return {"deleteCount": 1}


@route("GET /application/token")
def get_application_token(request: StoreRequest) -> Result:
    """The scopes of the token."""
    all_scopes = sorted({scope for endpoint in spec.load().endpoints.values() for scope in endpoint.scopes})
    missing = set(request.missing_scopes(all_scopes))
    opened = {scope for scope in all_scopes if scope not in missing}
    return {
        # Some scopes open no endpoint, such as that of a page in the control panel.
        "permissions": sorted(opened | (request.granted_scopes or set())),
        "created": _app(request)["startDate"],
        "expires": _NEVER,
    }


def _key(request: StoreRequest) -> str:
    """The key of the app's data: an installed app's own, or else that of the store's custom app."""
    return "application" if request.client_id is None else f"application {request.client_id}"


def _app(request: StoreRequest) -> Item:
    app: Item = request.store.section_data.setdefault(
        _key(request),
        {
            "namespace": request.client_id or f"custom-app-{request.store.id}-1",
            "startDate": format_time(request.now - 30 * _DAY),
            "expirationDate": format_time(request.now + 335 * _DAY),
            "status": "ACTIVE",
        },
    )
    return app
