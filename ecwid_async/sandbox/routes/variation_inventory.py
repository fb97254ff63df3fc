"""Stock of variations: ``/products/{productId}/combinations/{combinationId}/inventory``."""

from typing import Final

from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.routes.variations import find_variation, replace_variation

__all__: list[str] = []

_NEGATIVE_STOCK: Final = {"warning": "Product has negative stock."}


@route("PUT /products/{productId}/combinations/{combinationId}/inventory")
def adjust_variation_stock(request: StoreRequest) -> Result:
    """Change the stock by a delta; it may become negative. Unlimited stock stays unlimited."""
    item = find_product(request)
    stored = find_variation(request, item)
    delta = request.json.get("quantityDelta")
    if delta is None:
        raise ErrorResponse.wrong_parameter("Field 'quantityDelta' is missing")
    if stored.get("unlimited"):
        return {"updateCount": 0}
    quantity = stored.get("quantity", 0) + delta
    if item.get("sku") and stored.get("sku") == item["sku"]:
        item |= {"quantity": quantity, "unlimited": False}
    replace_variation(request, item, stored | {"quantity": quantity})
    return {"updateCount": 1, **(_NEGATIVE_STOCK if quantity < 0 else {})}
