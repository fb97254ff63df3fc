"""Colors that the options of products offer."""

from ecwid_async.codec import Model, model

__all__ = [
    "Swatch",
    "Swatches",
]


@model
class Swatch(Model):
    """A color that an option of a product can offer."""

    name: str | None = None
    hex_code: str | None = None
    translations: dict[str, str] | None = None


@model
class Swatches(Model):
    """The colors that options of products used lately.

    API reference: https://docs.ecwid.com/api-reference/rest-api/products/get-recently-used-product-swatches
    """

    colors: list[Swatch] | None = None
