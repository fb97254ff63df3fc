"""Shipping options."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.models.shipping_options import ShippingOption, ShippingOptionCreateResult, ShippingOptionDraft
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["ShippingOptions"]

R = TypeVar("R", default=ShippingOption)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=ShippingOption, default=ShippingOption)


class ShippingOptions(Resource):
    """Shipping, delivery and pickup options of the checkout."""

    __slots__ = ()

    def search(
        self, *, lang: str | None = None, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[list[R]]:
        """List all shipping options.

        ``GET /profile/shippingOptions``
        """
        return self._read_list(
            "GET /profile/shippingOptions",
            model=ShippingOption,
            into=into,
            query={"lang": lang, "responseFields": response_fields},
        )

    def create(self, draft: ShippingOptionDraft) -> Call[ShippingOptionCreateResult]:
        """Add a shipping option.

        ``POST /profile/shippingOptions``
        """
        return self._call(
            "POST /profile/shippingOptions",
            result_type=ShippingOptionCreateResult,
            body=require_draft(draft, ShippingOptionDraft),
        )

    def update(self, shipping_option_id: str, draft: ShippingOptionDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /profile/shippingOptions/{shippingOptionId}``
        """
        return self._call(
            "PUT /profile/shippingOptions/{shippingOptionId}",
            shipping_option_id,
            result_type=UpdateResult,
            body=require_draft(draft, ShippingOptionDraft),
        )

    def delete(self, shipping_option_id: str) -> Call[DeleteResult]:
        """Delete a shipping option.

        ``DELETE /profile/shippingOptions/{shippingOptionId}``
        """
        return self._call(
            "DELETE /profile/shippingOptions/{shippingOptionId}", shipping_option_id, result_type=DeleteResult
        )
