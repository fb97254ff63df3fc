"""Abandoned carts."""

from decimal import Decimal

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.carts import Cart, CartDraft, CartPlaceResult
from ecwid_async.models.results import UpdateResult
from ecwid_async.pages import Pages
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    ListResource,
    require_draft,
)
from ecwid_async.resources.query import Timestamp

__all__ = ["Carts"]

R = TypeVar("R", default=Cart)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Cart, default=Cart)


class Carts(ListResource[Cart]):
    """Abandoned carts: orders that were started but not placed."""

    __slots__ = ()

    def search(
        self,
        *,
        show_hidden: bool | None = None,
        total_from: Decimal | int | None = None,
        total_to: Decimal | int | None = None,
        created_from: Timestamp | None = None,
        created_to: Timestamp | None = None,
        updated_from: Timestamp | None = None,
        updated_to: Timestamp | None = None,
        email: str | None = None,
        customer: str | None = None,
        customer_id: int | None = None,
        coupon_code: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Pages[R]:
        """Search for abandoned carts that match all given filters. `show_hidden` includes carts hidden in the admin.

        `coupon_code` and `customer` (a name) are not documented; Ecwid's own client sends them.

        ``GET /carts``
        """
        return self._pages(
            "GET /carts",
            model=Cart,
            into=into,
            query={
                "showHidden": show_hidden,
                "totalFrom": total_from,
                "totalTo": total_to,
                "createdFrom": created_from,
                "createdTo": created_to,
                "updatedFrom": updated_from,
                "updatedTo": updated_to,
                "email": email,
                "customer": customer,
                "customerId": customer_id,
                "couponCode": coupon_code,
                "responseFields": response_fields,
            },
            limit=limit,
            offset=offset,
        )

    def get(self, cart_id: str, *, into: type[R] | None = None, response_fields: str | None = None) -> Call[R]:
        """Get an abandoned cart.

        ``GET /carts/{cartId}``
        """
        return self._read(
            "GET /carts/{cartId}", cart_id, model=Cart, into=into, query={"responseFields": response_fields}
        )

    def update(self, cart_id: str, draft: CartDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /carts/{cartId}``
        """
        return self._call(
            "PUT /carts/{cartId}", cart_id, result_type=UpdateResult, body=require_draft(draft, CartDraft)
        )

    def place(self, cart_id: str) -> Call[CartPlaceResult]:
        """Turn a cart into an order that awaits payment, created now.

        ``POST /carts/{cartId}/place``
        """
        return self._call("POST /carts/{cartId}/place", cart_id, result_type=CartPlaceResult)
