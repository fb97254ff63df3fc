"""Variations of products."""

from functools import partial
from typing import Literal

from typing_extensions import TypeVar

from ecwid_async.calls import Call, Channel, Lookup
from ecwid_async.models.results import CreateResult, DeleteResult, UpdateResult
from ecwid_async.models.variations import Variation, VariationDraft
from ecwid_async.resources.base import TYPE_CHECKING, Resource, confirmed, unidentified
from ecwid_async.resources.variation_images import VariationImages
from ecwid_async.resources.variation_inventory import VariationInventory

__all__ = ["Variations"]

R = TypeVar("R", default=Variation)
if not TYPE_CHECKING:  # for jedi: see there
    R = TypeVar("R", bound=Variation, default=Variation)


class Variations(Resource):
    """The variations of a product, one for each set of options: its combinations, as the API calls them."""

    __slots__ = ()

    @property
    def images(self) -> VariationImages:
        """The image of each variation."""
        return VariationImages(self._channel)

    @property
    def inventory(self) -> VariationInventory:
        """The stock."""
        return VariationInventory(self._channel)

    def search(
        self,
        product_id: int,
        *,
        lang: str | None = None,
        into: type[R] | None = None,
        response_fields: str | None = None,
    ) -> Call[list[R]]:
        """All variations of the product in the order of creation, in one list.

        ``GET /products/{productId}/combinations``
        """
        return self._read_all(
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
        """One variation.

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
        """Add a variation to the product.

        ``POST /products/{productId}/combinations``
        """
        return self._call(
            "POST /products/{productId}/combinations",
            product_id,
            reads=CreateResult,
            body=draft,
            look_up=_identity(product_id, draft),
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

        With `check_low_stock_notification` the owner gets an email when stock is low.

        ``PUT /products/{productId}/combinations/{combinationId}``
        """
        return self._call(
            "PUT /products/{productId}/combinations/{combinationId}",
            product_id,
            combination_id,
            reads=UpdateResult,
            query={"checkLowStockNotification": check_low_stock_notification},
            body=draft,
        )

    def delete(self, product_id: int, combination_id: int) -> Call[DeleteResult]:
        """Delete one variation of the product.

        ``DELETE /products/{productId}/combinations/{combinationId}``
        """
        return self._call(
            "DELETE /products/{productId}/combinations/{combinationId}", product_id, combination_id, reads=DeleteResult
        )

    def delete_all(self, product_id: int, *, confirm: Literal[True]) -> Call[DeleteResult]:
        """Delete every variation of the product; `delete_count` says how many there were.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products/{productId}/combinations``
        """
        confirmed(confirm, f"every variation of product {product_id}")
        return self._call("DELETE /products/{productId}/combinations", product_id, reads=DeleteResult, repeatable=False)


def _identity(product_id: int, draft: VariationDraft) -> Lookup:
    if draft.sku:
        return partial(_by_sku, product_id=product_id, sku=draft.sku)
    return partial(unidentified, reason="a variation without SKU can't be told from others")


async def _by_sku(channel: Channel, product_id: int, sku: str) -> Variation | None:
    return next((found for found in await Variations(channel).search(product_id) if found.sku == sku), None)
