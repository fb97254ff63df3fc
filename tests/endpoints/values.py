"""Values that several tests of this folder send."""

from base64 import b64decode
from decimal import Decimal
from typing import Final

from ecwid_async.models.order_taxes import OrderTaxesOnShipping
from ecwid_async.models.persons import ShippingPerson
from ecwid_async.models.product_options import ProductOptionChoice, SizeOption

__all__ = ["BUYER_EMAIL", "IMAGE_URL", "OPTION_NAME", "PETER", "PNG", "SHIPPING_TAXES", "SIZES", "VIDEO_URL"]

BUYER_EMAIL: Final = "zoe@example.com"
IMAGE_URL: Final = "https://example.com/apple.png"
OPTION_NAME: Final = "Ваш файл / photo + text"
PETER: Final = ShippingPerson(
    name="Peter Doe",
    company_name="Doe Ltd",
    street="My Street 1",
    city="San Diego",
    country_code="US",
    postal_code="90002",
    state_or_province_code="CA",
    phone="123141321",
)
PNG: Final = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGNgYGD4DwUgJgAY7gP9Kd4vwAAAAABJRU5ErkJggg=="
)
"""An image, two pixels wide and three high."""
SHIPPING_TAXES: Final = [OrderTaxesOnShipping(name="VAT", value=Decimal(20), total=Decimal("2.86"))]
SIZES: Final = SizeOption(
    name="Größe / size", choices=[ProductOptionChoice(text=text) for text in ("S", "M", "L")], required=False
)
VIDEO_URL: Final = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
