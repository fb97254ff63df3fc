"""The app that the tokens belong to: its subscription and its token."""

from typing import Final

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.state import Item, format_time

__all__: list[str] = []

_DAY: Final = 24 * 3600
# Tokens never expire: the API names a day that is far away.
_NEVER: Final = "2099-12-31 23:59:59 +0000"


@route("GET /application")
def get_app_subscription(visit: Visit) -> Answer:
    """How the store subscribes to the app."""
    status = _app(visit)["status"]
    dates = {name: _app(visit)[name] for name in ("startDate", "expirationDate")}
    return {"subscription": {**dates, "status": status}, "subscriptionStatus": status}


@route("DELETE /application")
def cancel_app_subscription(visit: Visit) -> Answer:
    """Uninstall the app; none of its tokens opens the store any longer."""
    if visit.params["namespace"] != _app(visit)["namespace"]:
        return {"deleteCount": 0}
    visit.store.odds["application"] = _app(visit) | {"status": "SUSPENDED"}
    visit.store.revoke_all()
    return {"deleteCount": 1}


@route("GET /application/token")
def get_application_token(visit: Visit) -> Answer:
    """What the token may do."""
    known = sorted({scope for endpoint in spec.load().endpoints.values() for scope in endpoint.scopes})
    lacking = set(visit.lacking(known))
    return {
        "permissions": [scope for scope in known if scope not in lacking],
        "created": _app(visit)["startDate"],
        "expires": _NEVER,
    }


def _app(visit: Visit) -> Item:
    app: Item = visit.store.odds.setdefault(
        "application",
        {
            "namespace": f"custom-app-{visit.store.id}-1",
            "startDate": format_time(visit.now - 30 * _DAY),
            "expirationDate": format_time(visit.now + 335 * _DAY),
            "status": "ACTIVE",
        },
    )
    return app
