"""Redirects of the Instant Site. In no table of the reference: the shapes are those of the vendor's own client."""

from ecwid_async.models.base import UNSET, Draft, Model, Unset, draft, model

__all__ = [
    "InstantSiteRedirect",
    "InstantSiteRedirectDraft",
    "InstantSiteRedirectsCreateResult",
    "InstantSiteRedirectsForPath",
]


@model
class InstantSiteRedirect(Model):
    """A redirect from a path of the site to another one."""

    id: str | None = None
    from_url: str | None = None
    to_url: str | None = None


@model
class InstantSiteRedirectsForPath(Model):
    """The redirects from one path, and whether the site has any at all."""

    items: list[InstantSiteRedirect] | None = None
    has_any_redirects: bool | None = None


@model
class InstantSiteRedirectsCreateResult(Model):
    """How many redirects were created, and how many were there already."""

    create_count: int | None = None
    exists_count: int | None = None


@draft
class InstantSiteRedirectDraft(Draft):
    """What a redirect is created with, or changed to."""

    from_url: str | Unset | None = UNSET
    to_url: str | Unset | None = UNSET
