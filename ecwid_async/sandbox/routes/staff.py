"""Staff accounts and invitations: ``/staff``."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.profile import STAFF_SCOPES
from ecwid_async.sandbox.routes.support.items import without_nulls
from ecwid_async.sandbox.routes.support.text import normalized
from ecwid_async.sandbox.state import Item, Records

__all__: list[str] = []

_FIRST_ACCOUNT_ID: Final = 27_632_601


@route("GET /staff")
def search_staff(request: StoreRequest) -> Result:
    """All accounts and open invitations."""
    return {"staffList": list(_accounts(request).values())}


@route("GET /staff/{staffAccountId}")
def get_staff(request: StoreRequest) -> Result:
    """Read an account."""
    account = _find_account(request)
    return {name: account[name] for name in ("email", "staffScopes") if name in account}


@route("POST /staff")
def create_staff(request: StoreRequest) -> Result:
    """Invite a person. Scopes are optional."""
    sent = request.json
    email = (sent.get("email") or "").strip()
    if "@" not in email:
        raise ErrorResponse.wrong_parameter("Field 'email' is required: the invitation is sent there")
    if any(normalized(account.get("email")) == normalized(email) for account in _accounts(request).values()):
        raise ErrorResponse(409, "CONSTRAINT_VIOLATION", "There is already an account or invitation with this email")
    account_id = f"p{request.store.next_number('staff_number', _FIRST_ACCOUNT_ID)}"
    scopes = _checked_scopes(sent.get("staffScopes") or [])
    _accounts(request)[account_id] = {
        "id": account_id,
        "name": email.partition("@")[0],
        "email": email,
        "staffScopes": scopes,
        "inviteAccepted": False,
    }
    return {"success": True}


@route("PUT /staff/{staffAccountId}")
def update_staff(request: StoreRequest) -> Result:
    """Change the scopes or the email address of an account."""
    account = _find_account(request)
    change = without_nulls(request.json)
    if "staffScopes" in change:
        change["staffScopes"] = _checked_scopes(change["staffScopes"])
    _accounts(request)[account["id"]] = account | change
    return {"updateCount": 1}


@route("DELETE /staff/{staffAccountId}")
def delete_staff(request: StoreRequest) -> Result:
    """Delete an account."""
    del _accounts(request)[_find_account(request)["id"]]
    return {"deleteCount": 1}


@route("POST /staff/invite")
def resend_staff_invite(request: StoreRequest) -> Result:
    """Send an invitation again."""
    _find_invitation(request)
    return {"success": True}


@route("DELETE /staff/invite")
def cancel_staff_invite(request: StoreRequest) -> Result:
    """Cancel an invitation."""
    del _accounts(request)[_find_invitation(request)["id"]]
    return {"deleteCount": 1}


def _accounts(request: StoreRequest) -> Records[str, Item]:
    return request.store.records("staff")


def _find_account(request: StoreRequest) -> Item:
    account_id = request.path_params["staffAccountId"]
    if account_id not in _accounts(request):
        raise ErrorResponse(404, "NOT_FOUND", f"There is no staff account {account_id!r}")
    return _accounts(request)[account_id]


def _find_invitation(request: StoreRequest) -> Item:
    email = normalized(request.json.get("email") or "")
    for account in _accounts(request).values():
        if normalized(account.get("email")) == email and account.get("inviteAccepted") is False:
            return account
    raise ErrorResponse(404, "NOT_FOUND", "There is no open invitation for this email")


def _checked_scopes(scopes: list[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in STAFF_SCOPES]
    if unknown:
        raise ErrorResponse.wrong_parameter(f"There is no staff scope {unknown[0]!r}; see GET /profile/staffScopes")
    return scopes
