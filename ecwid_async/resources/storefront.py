"""Pages of the storefront."""

from collections.abc import Mapping

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.storefront import StorefrontWidgetPage
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["Storefront"]

R = TypeVar("R", default=StorefrontWidgetPage)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=StorefrontWidgetPage, default=StorefrontWidgetPage)


class Storefront(Resource):
    """Pages of the storefront, for embedding in other sites."""

    __slots__ = ()

    def page(
        self,
        slug: str | None = None,
        *,
        store_root_page: bool | None = None,
        get_static_content: bool | None = None,
        template_variables: Mapping[str, str] | None = None,
        international_pages: str | None = None,
        base_url: str | None = None,
        clean_urls: bool | None = None,
        slugs_without_ids: bool | None = None,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[R]:
        """Get the page of a slug, or the storefront's first page with `store_root_page`.

        `get_static_content` adds its HTML. `template_variables` fills in variables of the template, the API's
        ``tplvar_`` parameters.

        ``GET /storefront-widget-pages``
        """
        return self._read(
            "GET /storefront-widget-pages",
            model=StorefrontWidgetPage,
            into=into,
            query={
                "slug": slug,
                "storeRootPage": store_root_page,
                "getStaticContent": get_static_content,
                **{f"tplvar_{name}": value for name, value in (template_variables or {}).items()},
                "internationalPages": international_pages,
                "baseUrl": base_url,
                "cleanUrls": clean_urls,
                "slugsWithoutIds": slugs_without_ids,
                "lang": lang,
                "responseFields": response_fields,
            },
        )
