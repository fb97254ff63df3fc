"""Colors that the options of products offer."""

from ecwid_async.models.base import Model, model

__all__ = [
    "Swatch",
]


@model
class Swatch(Model):
    """A color that an option of a product lately offered.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/get-recently-used-product-swatches
    """

    name: str | None = None
    hex_code: str | None = None
    translations: dict[str, str] | None = None
