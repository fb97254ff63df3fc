"""Redirects of the instant site: ``/instant-site/redirects``."""

from hashlib import blake2b

from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.shared import page_of
from ecwid_async.sandbox.state import Item, Records

__all__: list[str] = []


@route("GET /instant-site/redirects")
def search_redirects(visit: Visit) -> Answer:
    """List them, those with a word in either address where asked."""
    word = visit.params.get("keyword", "").casefold()
    found = [one for one in _redirects(visit).values() if word in f"{one['fromUrl']}\n{one['toUrl']}".casefold()]
    return page_of(visit, found, lambda one: one)


@route("GET /instant-site/redirects/get-for-path")
def get_redirects_for_path(visit: Visit) -> Answer:
    """Those that start at exactly this path."""
    path = visit.params.get("exactPath", "")
    found = [one for one in _redirects(visit).values() if one["fromUrl"] == path]
    return {"items": found, "hasAnyRedirects": bool(_redirects(visit))}


@route("POST /instant-site/redirects")
def create_redirects(visit: Visit) -> Answer:
    """Create several at once; those that start where one does already are only counted."""
    wanted = [_checked(one) for one in visit.document]
    taken = {one["fromUrl"] for one in _redirects(visit).values()}
    created = 0
    for one in wanted:
        if one["fromUrl"] not in taken:
            taken.add(one["fromUrl"])
            number = visit.store.next_number("redirect_number", 0)
            name = blake2b(f"{visit.store.id}/{number}".encode(), digest_size=12).hexdigest()
            _redirects(visit)[name] = {"id": name, **one}
            created += 1
    return {"createCount": created, "existsCount": len(wanted) - created}


@route("GET /instant-site/redirects/{redirectId}")
def get_redirect(visit: Visit) -> Answer:
    """One of them."""
    return _redirect(visit)


@route("PUT /instant-site/redirects/{redirectId}")
def update_redirect(visit: Visit) -> Answer:
    """Change one."""
    redirect = _redirect(visit)
    change = {name: value for name, value in visit.document.items() if value is not None}
    checked = _checked({**redirect, **change})
    if any(one["fromUrl"] == checked["fromUrl"] for one in _redirects(visit).values() if one is not redirect):
        raise Refusal(409, "CONSTRAINT_VIOLATION", f"There is a redirect from {checked['fromUrl']!r} already")
    _redirects(visit)[redirect["id"]] = redirect | checked
    return {"updateCount": 1}


@route("DELETE /instant-site/redirects/{redirectId}")
def delete_redirect(visit: Visit) -> Answer:
    """Delete one."""
    del _redirects(visit)[_redirect(visit)["id"]]
    return {"deleteCount": 1}


def _redirects(visit: Visit) -> Records[str, Item]:
    return visit.store.records("redirects")


def _redirect(visit: Visit) -> Item:
    name = visit.ids["redirectId"]
    if name not in _redirects(visit):
        raise Refusal(404, "NOT_FOUND", f"There is no redirect {name!r}")
    return _redirects(visit)[name]


def _checked(redirect: Item) -> Item:
    for name in ("fromUrl", "toUrl"):
        if not redirect.get(name):
            raise Refusal.wrong(f"A redirect needs {name!r}")
    return {name: redirect[name] for name in ("fromUrl", "toUrl")}
