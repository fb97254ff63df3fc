"""Redirects of the instant site: ``/instant-site/redirects``."""

from hashlib import blake2b

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import without_nulls
from ecwid_async.sandbox.routes.support.lists import paginate
from ecwid_async.sandbox.state import Item, Records

__all__: list[str] = []


@route("GET /instant-site/redirects")
def search_redirects(request: StoreRequest) -> Result:
    """List redirects; ``keyword`` finds text in either URL, case-insensitively."""
    keyword = request.params.get("keyword", "").casefold()
    matching = [
        redirect
        for redirect in _redirects(request).values()
        if keyword in f"{redirect.get('fromUrl', '')}\n{redirect.get('toUrl', '')}".casefold()
    ]
    return paginate(request, matching, lambda redirect: redirect)


@route("GET /instant-site/redirects/get-for-path")
def get_redirects_for_path(request: StoreRequest) -> Result:
    """The redirects from exactly this path."""
    path = request.params.get("exactPath", "")
    matching = [redirect for redirect in _redirects(request).values() if redirect.get("fromUrl") == path]
    return {"items": matching, "hasAnyRedirects": bool(_redirects(request))}


@route("POST /instant-site/redirects")
def create_redirects(request: StoreRequest) -> Result:
    """Create redirects. A redirect from a URL that already has one is not created, only counted."""
    sent = [_validated(redirect) for redirect in request.json]
    existing = {str(redirect.get("fromUrl")) for redirect in _redirects(request).values()}
    created = 0
    for redirect in sent:
        if redirect["fromUrl"] not in existing:
            existing.add(redirect["fromUrl"])
            counter = request.store.next_number("redirect_number", 0)
            redirect_id = blake2b(f"{request.store.id}/{counter}".encode(), digest_size=12).hexdigest()
            _redirects(request)[redirect_id] = {"id": redirect_id, **redirect}
            created += 1
    return {"createCount": created, "existsCount": len(sent) - created}


@route("GET /instant-site/redirects/{redirectId}")
def get_redirect(request: StoreRequest) -> Result:
    """Read a redirect."""
    return _find_redirect(request)


@route("PUT /instant-site/redirects/{redirectId}")
def update_redirect(request: StoreRequest) -> Result:
    """Change a redirect."""
    redirect = _find_redirect(request)
    change = without_nulls(request.json)
    checked = _validated({**redirect, **change})
    if any(
        other.get("fromUrl") == checked["fromUrl"] for other in _redirects(request).values() if other is not redirect
    ):
        raise ErrorResponse(409, "CONSTRAINT_VIOLATION", f"There is already a redirect from {checked['fromUrl']!r}")
    _redirects(request)[redirect["id"]] = redirect | checked
    return {"updateCount": 1}


@route("DELETE /instant-site/redirects/{redirectId}")
def delete_redirect(request: StoreRequest) -> Result:
    """Delete a redirect."""
    del _redirects(request)[_find_redirect(request)["id"]]
    return {"deleteCount": 1}


def _redirects(request: StoreRequest) -> Records[str, Item]:
    return request.store.records("redirects")


def _find_redirect(request: StoreRequest) -> Item:
    redirect_id = request.path_params["redirectId"]
    if redirect_id not in _redirects(request):
        raise ErrorResponse(404, "NOT_FOUND", f"There is no redirect {redirect_id!r}")
    return _redirects(request)[redirect_id]


def _validated(redirect: Item) -> Item:
    """Both URLs of the redirect. Raises `ErrorResponse` if one is missing."""
    for name in ("fromUrl", "toUrl"):
        if not redirect.get(name):
            raise ErrorResponse.wrong_parameter(f"A redirect needs {name!r}")
    return {name: redirect[name] for name in ("fromUrl", "toUrl")}
