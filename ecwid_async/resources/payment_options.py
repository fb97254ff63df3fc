"""Payment options."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.payment_options import PaymentOption, PaymentOptionCreateResult, PaymentOptionDraft
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource, require_draft

__all__ = ["PaymentOptions"]

R = TypeVar("R", default=PaymentOption)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=PaymentOption, default=PaymentOption)


class PaymentOptions(Resource):
    """Payment options of the checkout."""

    __slots__ = ()

    def search(
        self, *, lang: str | None = None, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[list[R]]:
        """List all payment options.

        ``GET /profile/paymentOptions``
        """
        return self._read_list(
            "GET /profile/paymentOptions",
            model=PaymentOption,
            into=into,
            query={"lang": lang, "responseFields": response_fields},
        )

    def get(self, payment_option_id: str, *, lang: str | None = None) -> Call[PaymentOption]:
        """Get a payment option.

        ``GET /profile/paymentOptions/{paymentOptionId}``
        """
        return self._call(
            "GET /profile/paymentOptions/{paymentOptionId}",
            payment_option_id,
            result_type=PaymentOption,
            query={"lang": lang},
        )

    def create(self, draft: PaymentOptionDraft) -> Call[PaymentOptionCreateResult]:
        """Add a payment option.

        ``POST /profile/paymentOptions``
        """
        return self._call(
            "POST /profile/paymentOptions",
            result_type=PaymentOptionCreateResult,
            body=require_draft(draft, PaymentOptionDraft),
        )

    def update(self, payment_option_id: str, draft: PaymentOptionDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /profile/paymentOptions/{paymentOptionId}``
        """
        return self._call(
            "PUT /profile/paymentOptions/{paymentOptionId}",
            payment_option_id,
            result_type=UpdateResult,
            body=require_draft(draft, PaymentOptionDraft),
        )

    def delete(self, payment_option_id: str) -> Call[DeleteResult]:
        """Delete a payment option.

        ``DELETE /profile/paymentOptions/{paymentOptionId}``
        """
        return self._call(
            "DELETE /profile/paymentOptions/{paymentOptionId}", payment_option_id, result_type=DeleteResult
        )
