"""Payment options."""

from typing_extensions import TypeVar

from ecwid_async.calls import Call
from ecwid_async.models.payment_options import PaymentOption, PaymentOptionCreateResult, PaymentOptionDraft
from ecwid_async.models.results import DeleteResult, UpdateResult
from ecwid_async.resources.base import TYPE_CHECKING, Resource

__all__ = ["PaymentOptions"]

R = TypeVar("R", default=PaymentOption)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=PaymentOption, default=PaymentOption)


class PaymentOptions(Resource):
    """How orders are paid for."""

    __slots__ = ()

    def search(
        self, *, lang: str | None = None, into: type[R] | None = None, response_fields: str | None = None
    ) -> Call[list[R]]:
        """All payment options, in one list.

        ``GET /profile/paymentOptions``
        """
        return self._read_all(
            "GET /profile/paymentOptions",
            model=PaymentOption,
            into=into,
            query={"lang": lang, "responseFields": response_fields},
        )

    def get(self, payment_option_id: str, *, lang: str | None = None) -> Call[PaymentOption]:
        """One payment option.

        ``GET /profile/paymentOptions/{paymentOptionId}``
        """
        return self._call(
            "GET /profile/paymentOptions/{paymentOptionId}",
            payment_option_id,
            reads=PaymentOption,
            query={"lang": lang},
        )

    def create(self, draft: PaymentOptionDraft) -> Call[PaymentOptionCreateResult]:
        """Add a payment option.

        ``POST /profile/paymentOptions``
        """
        return self._call("POST /profile/paymentOptions", reads=PaymentOptionCreateResult, body=draft)

    def update(self, payment_option_id: str, draft: PaymentOptionDraft) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        ``PUT /profile/paymentOptions/{paymentOptionId}``
        """
        return self._call(
            "PUT /profile/paymentOptions/{paymentOptionId}", payment_option_id, reads=UpdateResult, body=draft
        )

    def delete(self, payment_option_id: str) -> Call[DeleteResult]:
        """Delete a payment option.

        ``DELETE /profile/paymentOptions/{paymentOptionId}``
        """
        return self._call("DELETE /profile/paymentOptions/{paymentOptionId}", payment_option_id, reads=DeleteResult)
