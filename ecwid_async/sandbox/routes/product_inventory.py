"""Stock of products: ``/products/{productId}/inventory``."""

from ecwid_async.sandbox.computed_fields import complete_product
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change
from ecwid_async.sandbox.routes.support.product_storage import find_product

__all__: list[str] = []


@route("PUT /products/{productId}/inventory")
def adjust_product_stock(request: StoreRequest) -> Result:
    """Change the stock by a delta; it may become negative. Unlimited stock stays unlimited."""
    item = find_product(request)
    delta = request.json.get("quantityDelta")
    if delta is None:
        raise ErrorResponse.wrong_parameter("Field 'quantityDelta' is missing")
    if item.get("unlimited"):
        return {"updateCount": 0}
    change = {"quantity": item.get("quantity", 0) + delta, "unlimited": False}
    item = complete_product(request.store, apply_change(request, item, change), change)
    request.store.table("products").put(item)
    warning = {"warning": "Product has negative stock."} if item["quantity"] < 0 else {}
    return {"updateCount": 1, **warning}
