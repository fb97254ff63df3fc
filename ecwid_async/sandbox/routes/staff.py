"""Staff accounts and their invitations: ``/staff``."""

from typing import Final

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.customer_stats import folded
from ecwid_async.sandbox.routes.profile import STAFF_SCOPES
from ecwid_async.sandbox.state import Item, Records

__all__: list[str] = []

_FIRST_ACCOUNT: Final = 27_632_601


@route("GET /staff")
def search_staff(visit: Visit) -> Answer:
    """All accounts, and invitations that wait for an answer."""
    return {"staffList": list(_accounts(visit).values())}


@route("GET /staff/{staffAccountId}")
def get_staff(visit: Visit) -> Answer:
    """One account."""
    account = _account(visit)
    return {name: account[name] for name in ("email", "staffScopes")}


@route("POST /staff")
def create_staff(visit: Visit) -> Answer:
    """Invite somebody; without scopes they may do nothing yet."""
    sent = visit.document
    email = (sent.get("email") or "").strip()
    if "@" not in email:
        raise Refusal.wrong("An account needs the 'email' to which the invitation goes")
    if any(folded(account["email"]) == folded(email) for account in _accounts(visit).values()):
        raise Refusal(409, "CONSTRAINT_VIOLATION", "There is an account or an invitation with this email already")
    number = visit.store.next_number("staff_number", _FIRST_ACCOUNT)
    name = f"p{number}"
    scopes = _checked(sent.get("staffScopes") or [])
    _accounts(visit)[name] = {
        "id": name,
        "name": email.partition("@")[0],
        "email": email,
        "staffScopes": scopes,
        "inviteAccepted": False,
    }
    return {"success": True}


@route("PUT /staff/{staffAccountId}")
def update_staff(visit: Visit) -> Answer:
    """Change what somebody may do, or their address."""
    account = _account(visit)
    change = {name: value for name, value in visit.document.items() if value is not None}
    if "staffScopes" in change:
        change["staffScopes"] = _checked(change["staffScopes"])
    _accounts(visit)[account["id"]] = account | change
    return {"updateCount": 1}


@route("DELETE /staff/{staffAccountId}")
def delete_staff(visit: Visit) -> Answer:
    """Delete an account."""
    del _accounts(visit)[_account(visit)["id"]]
    return {"deleteCount": 1}


@route("POST /staff/invite")
def resend_staff_invite(visit: Visit) -> Answer:
    """Send an invitation once more."""
    _invited(visit)
    return {"success": True}


@route("DELETE /staff/invite")
def cancel_staff_invite(visit: Visit) -> Answer:
    """Take an invitation back."""
    del _accounts(visit)[_invited(visit)["id"]]
    return {"deleteCount": 1}


def _accounts(visit: Visit) -> Records[str, Item]:
    return visit.store.records("staff")


def _account(visit: Visit) -> Item:
    name = visit.ids["staffAccountId"]
    if name not in _accounts(visit):
        raise Refusal(404, "NOT_FOUND", f"There is no staff account {name!r}")
    return _accounts(visit)[name]


def _invited(visit: Visit) -> Item:
    email = folded(visit.document.get("email") or "")
    for account in _accounts(visit).values():
        if folded(account["email"]) == email and not account["inviteAccepted"]:
            return account
    raise Refusal(404, "NOT_FOUND", "No invitation to this email waits for an answer")


def _checked(scopes: list[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in STAFF_SCOPES]
    if unknown:
        raise Refusal.wrong(f"There is no staff scope {unknown[0]!r}; GET /profile/staffScopes lists them")
    return scopes
