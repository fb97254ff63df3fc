"""Redirects of the Instant Site."""

from collections.abc import Sequence

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.redirects import (
    InstantSiteRedirect,
    InstantSiteRedirectDraft,
    InstantSiteRedirectsCreateResult,
    InstantSiteRedirectsForPath,
)
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import TYPE_CHECKING, ListResource, require_draft

__all__ = ["Redirects"]

R = TypeVar("R", default=InstantSiteRedirect)
P = TypeVar("P", default=InstantSiteRedirectsForPath)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=InstantSiteRedirect, default=InstantSiteRedirect)
    P = TypeVar("P", bound=InstantSiteRedirectsForPath, default=InstantSiteRedirectsForPath)


class Redirects(ListResource[InstantSiteRedirect]):
    """Redirects from one URL of the Instant Site to another."""

    __slots__ = ()

    def search(
        self,
        *,
        keyword: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """List all redirects, or those that match `keyword`.

        ``GET /instant-site/redirects``
        """
        return self._pages(
            "GET /instant-site/redirects",
            model=InstantSiteRedirect,
            into=into,
            query={"keyword": keyword, "responseFields": response_fields},
            limit=limit,
            offset=offset,
        )

    def get(self, redirect_id: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get a redirect.

        ``GET /instant-site/redirects/{redirectId}``
        """
        return self._read(
            "GET /instant-site/redirects/{redirectId}",
            redirect_id,
            model=InstantSiteRedirect,
            into=into,
            query={"responseFields": response_fields},
        )

    def get_for_path(
        self, exact_path: str | None = None, *, into: type[P] | None = None, response_fields: str | None = None
    ) -> Call[P]:
        """Get the redirects from exactly this path, and whether the site has any redirects.

        ``GET /instant-site/redirects/get-for-path``
        """
        return self._read(
            "GET /instant-site/redirects/get-for-path",
            model=InstantSiteRedirectsForPath,
            into=into,
            query={"exactPath": exact_path, "responseFields": response_fields},
        )

    def create(self, drafts: Sequence[InstantSiteRedirectDraft]) -> Call[InstantSiteRedirectsCreateResult]:
        """Add redirects. The response contains the numbers of new and of existing ones.

        ``POST /instant-site/redirects``
        """
        return self._call(
            "POST /instant-site/redirects",
            result_type=InstantSiteRedirectsCreateResult,
            body=[require_draft(draft, InstantSiteRedirectDraft) for draft in drafts],
        )

    def update(self, redirect_id: str, draft: InstantSiteRedirectDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets.

        ``PUT /instant-site/redirects/{redirectId}``
        """
        return self._call(
            "PUT /instant-site/redirects/{redirectId}",
            redirect_id,
            result_type=UpdateResult,
            body=require_draft(draft, InstantSiteRedirectDraft),
        )

    def delete(self, redirect_id: str) -> Call[DeleteResult]:
        """Delete a redirect.

        ``DELETE /instant-site/redirects/{redirectId}``
        """
        return self._call("DELETE /instant-site/redirects/{redirectId}", redirect_id, result_type=DeleteResult)
