"""Brands: ``/brands``."""

from collections.abc import Mapping
from urllib.parse import quote_plus

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.lists import paginate
from ecwid_async.sandbox.routes.support.product_facets import example_product
from ecwid_async.sandbox.state import Item, Table

__all__: list[str] = []


@route("GET /brands")
def search_brands(request: StoreRequest) -> Result:
    """List the brands of products. Brands without an enabled product are listed only on request."""
    table = request.store.table("products")
    table.show_due_writes()
    with_hidden = request.flag("hidden_brands") or request.flag("hiddenBrands")
    counts = dict.fromkeys(_loaded_brands(request), 0) | {str(name): n for name, n in table.index.value_counts("brand")}
    brands = [
        (count, name) for name, count in counts.items() if with_hidden or not count or _has_enabled_product(table, name)
    ]
    match request.params.get("sortBy", "PRODUCT_COUNT_DESC"):
        case "NAME_ASC" | "NAME_DESC" as order:
            brands.sort(key=lambda brand: (brand[1].casefold(), brand[1]), reverse=order.endswith("DESC"))
        case order:
            # Loaded brands keep their order.
            ranks = {name: rank for rank, name in enumerate(_loaded_brands(request))}
            last = len(ranks)
            brands.sort(
                key=lambda brand: (
                    -brand[0] if order.endswith("DESC") else brand[0],
                    ranks.get(brand[1], last),
                    brand[1],
                )
            )
    return paginate(request, brands, lambda brand: _brand_item(request, table, brand[1]))


def _has_enabled_product(table: Table, name: object) -> bool:
    return any(table.index.slot_has("enabled", True, slot) for slot in table.index.slots_with("brand", name))


def _has_products(table: Table, name: str) -> bool:
    return bool(table.index.slots_with("brand", name))


def _loaded_brands(request: StoreRequest) -> Mapping[str, Item]:
    """The brands with which the store was loaded, by name. Other brands are those of products."""
    brands: Mapping[str, Item] = request.store.section_data.get("brands") or {}
    return brands


def _brand_item(request: StoreRequest, table: Table, name: str) -> Item:
    loaded = _loaded_brands(request).get(name)
    if loaded is not None and not (_has_products(table, name) and {"lang", "baseUrl"} & request.params.keys()):
        return loaded
    general = request.store.profile.get("generalInfo") or {}
    site = request.params.get("baseUrl") or general.get("storeUrl")
    site = site or f"https://store{request.store.id}.company.site/products"
    attributes = example_product(table, "brand", name).get("attributes") or ()
    brand = next(attribute for attribute in attributes if attribute.get("value") == name)
    translations = brand.get("valueTranslated") or {}
    shown_name = translations.get(request.params.get("lang"), name)
    query = f"attribute_{quote_plus(brand.get('name') or 'Brand')}={quote_plus(name)}"
    return {
        "name": shown_name,
        "nameTranslated": translations,
        "productsFilteredByBrandUrl": f"{site.rstrip('/')}/search?{query}",
    }
