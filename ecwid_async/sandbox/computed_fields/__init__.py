"""The fields that the server computes itself, and the defaults and checks that come with them.

Products and categories are completed by `complete_product` and `complete_category`; the other modules each cover one
group of their fields.
"""

from ecwid_async.sandbox.computed_fields.categories import complete_category, new_category
from ecwid_async.sandbox.computed_fields.images import image_urls, new_file_id, set_image_fields
from ecwid_async.sandbox.computed_fields.order_ids import FIRST_ORDER_NUMBER, order_id
from ecwid_async.sandbox.computed_fields.prices import MAX_DECIMALS, format_price
from ecwid_async.sandbox.computed_fields.product_types import GENERAL_TYPE, product_type_table
from ecwid_async.sandbox.computed_fields.products import complete_product, new_product
from ecwid_async.sandbox.computed_fields.stock import is_in_stock
from ecwid_async.sandbox.computed_fields.translations import localize, main_language, sync_translations
from ecwid_async.sandbox.computed_fields.urls import check_url, make_slug, storefront_url
from ecwid_async.sandbox.computed_fields.variations import matching_variations, merge_variation, new_variation

__all__ = [
    "FIRST_ORDER_NUMBER",
    "GENERAL_TYPE",
    "MAX_DECIMALS",
    "check_url",
    "complete_category",
    "complete_product",
    "format_price",
    "image_urls",
    "is_in_stock",
    "localize",
    "main_language",
    "make_slug",
    "matching_variations",
    "merge_variation",
    "new_category",
    "new_file_id",
    "new_product",
    "new_variation",
    "order_id",
    "product_type_table",
    "set_image_fields",
    "storefront_url",
    "sync_translations",
]
