"""Variations of products."""

from functools import partial
from typing import Literal

from typing_extensions import TypeVar

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.models.variations import Variation, VariationDraft
from ecwid_async.resources.base import (
    TYPE_CHECKING,
    Resource,
    raise_not_identifiable,
    require_confirmation,
    require_draft,
)
from ecwid_async.resources.variation_images import VariationImages
from ecwid_async.resources.variation_inventory import VariationInventory

__all__ = ["Variations"]

R = TypeVar("R", default=Variation)
if not TYPE_CHECKING:  # for jedi: see base.TYPE_CHECKING
    R = TypeVar("R", bound=Variation, default=Variation)


class Variations(Resource):
    """Variations of a product (the API's combinations), one for each combination of options."""

    __slots__ = ()

    @property
    def images(self) -> VariationImages:
        """Images of variations."""
        return VariationImages(self._channel)

    @property
    def inventory(self) -> VariationInventory:
        """Stock of variations."""
        return VariationInventory(self._channel)

    def search(
        self,
        product_id: int,
        *,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[list[R]]:
        """List all variations of a product in the order of creation.

        ``GET /products/{productId}/combinations``
        """
        return self._read_list(
            "GET /products/{productId}/combinations",
            product_id,
            model=Variation,
            into=into,
            query={"lang": lang, "responseFields": response_fields},
        )

    def get(
        self,
        product_id: int,
        combination_id: int,
        *,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[R]:
        """Get a variation.

        ``GET /products/{productId}/combinations/{combinationId}``
        """
        return self._read(
            "GET /products/{productId}/combinations/{combinationId}",
            product_id,
            combination_id,
            model=Variation,
            into=into,
            query={"lang": lang, "responseFields": response_fields},
        )

    def create(self, product_id: int, draft: VariationDraft) -> Call[CreateResult]:
        """Add a variation to a product.

        ``POST /products/{productId}/combinations``
        """
        return self._call(
            "POST /products/{productId}/combinations",
            product_id,
            result_type=CreateResult,
            body=require_draft(draft, VariationDraft),
            look_up=_lookup_of(product_id, draft),
        )

    def update(
        self,
        product_id: int,
        combination_id: int,
        draft: VariationDraft,
        *,
        check_low_stock_notification: bool | None = None,
    ) -> Call[UpdateResult]:
        """Change the fields that `draft` sets; a list replaces the stored list.

        `check_low_stock_notification` emails the owner if the stock is low.

        ``PUT /products/{productId}/combinations/{combinationId}``
        """
        return self._call(
            "PUT /products/{productId}/combinations/{combinationId}",
            product_id,
            combination_id,
            result_type=UpdateResult,
            query={"checkLowStockNotification": check_low_stock_notification},
            body=require_draft(draft, VariationDraft),
        )

    def delete(self, product_id: int, combination_id: int) -> Call[DeleteResult]:
        """Delete a variation of a product.

        ``DELETE /products/{productId}/combinations/{combinationId}``
        """
        return self._call(
            "DELETE /products/{productId}/combinations/{combinationId}",
            product_id,
            combination_id,
            result_type=DeleteResult,
        )

    def delete_all(self, product_id: int, *, confirm: Literal[True]) -> Call[DeleteResult]:
        """Delete all variations of a product; `delete_count` is their number.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products/{productId}/combinations``
        """
        require_confirmation(confirm, f"every variation of product {product_id}")
        return self._call(
            "DELETE /products/{productId}/combinations", product_id, result_type=DeleteResult, repeatable=False
        )


def _lookup_of(product_id: int, draft: VariationDraft) -> Lookup:
    if draft.sku:
        return partial(_find_by_sku, product_id=product_id, sku=draft.sku)
    return partial(raise_not_identifiable, reason="a variation without SKU can't be identified")


async def _find_by_sku(channel: Channel, product_id: int, sku: str) -> Variation | None:
    return next((found for found in await Variations(channel).search(product_id) if found.sku == sku), None)
