"""Colors of product options."""

from ecwid_async.models.base import Model, model

__all__ = [
    "Swatch",
]


@model
class Swatch(Model):
    """A recently used color of a product option.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/get-recently-used-product-swatches
    """

    name: str | None = None
    hex_code: str | None = None
    translations: dict[str, str] | None = None
