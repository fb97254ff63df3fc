"""Redirects of the Instant Site. Undocumented; known from Ecwid's own client."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "InstantSiteRedirect",
    "InstantSiteRedirectDraft",
    "InstantSiteRedirectsCreateResult",
    "InstantSiteRedirectsForPath",
]


@model
class InstantSiteRedirect(Model):
    """A redirect from one path of the site to another."""

    id: str | None = None
    from_url: str | None = None
    to_url: str | None = None


@model
class InstantSiteRedirectsForPath(Model):
    """The redirects from one path, and whether the site has any redirects."""

    items: list[InstantSiteRedirect] | None = None
    has_any_redirects: bool | None = None


@model
class InstantSiteRedirectsCreateResult(Model):
    """The numbers of created and of existing redirects."""

    create_count: int | None = None
    exists_count: int | None = None


@draft
class InstantSiteRedirectDraft(Draft):
    """Fields of a redirect to create or change."""

    from_url: str | Unset | None = UNSET
    to_url: str | Unset | None = UNSET
