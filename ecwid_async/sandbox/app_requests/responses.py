"""What the checkout accepts as shipping rates and as discounts."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from ecwid_async.sandbox.app_request import AppResponse
from ecwid_async.sandbox.state import Item

__all__ = ["InvalidAppResponse", "read_discounts", "read_shipping_options"]

Check = Callable[[Any], bool]

_DAYS: Final = re.compile(r"([0-9]+(-[0-9]+)?)?")


class InvalidAppResponse(ValueError):
    """The response of an app that the checkout would ignore. The message says why."""


def read_shipping_options(response: AppResponse) -> list[Item]:
    """The shipping options in the response of an app. Raises `InvalidAppResponse`."""
    required = ("title", "rate", "transitDays", "description")
    return _read(response, "shippingOptions", _SHIPPING_OPTION, required)


def read_discounts(response: AppResponse) -> list[Item]:
    """The discounts in the response of an app. Raises `InvalidAppResponse`."""
    found = _read(response, "discounts", _DISCOUNT, required=("value",))
    for discount in found:
        if discount.get("type") == "PERCENT" and discount["value"] > 100:
            raise InvalidAppResponse("a discount is above 100 percent")
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_translations(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_business_hours(value: object) -> bool:
    """JSON text of a list of times for each day."""
    try:
        hours = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return isinstance(hours, dict) and hours.keys() <= {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}


_SHIPPING_OPTION: Final[dict[str, Check]] = {
    "title": lambda value: _is_text(value) and bool(value.strip()),
    "rate": _is_amount,
    "transitDays": lambda value: _is_text(value) and _DAYS.fullmatch(value) is not None,
    "description": _is_text,
    "titleTranslated": _is_translations,
    "descriptionTranslated": _is_translations,
    "fulfilmentType": lambda value: value in ("SHIPPING", "PICKUP", "DELIVERY"),
    "scheduled": lambda value: isinstance(value, bool),
    "businessHours": _is_business_hours,
    "fulfillmentTimeInMinutes": lambda value: isinstance(value, int) and value >= 0,
    "blackoutDates": _is_text,
}
_DISCOUNT: Final[dict[str, Check]] = {
    "value": _is_amount,
    "type": lambda value: value in ("ABSOLUTE", "PERCENT"),
    "description": _is_text,
    "appliesToProducts": lambda value: isinstance(value, list) and all(isinstance(each, int) for each in value),
}


def _read(response: AppResponse, key: str, checks: dict[str, Check], required: tuple[str, ...]) -> list[Item]:
    if response.status != 200:
        raise InvalidAppResponse(f"the app responded with status {response.status}")
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        raise InvalidAppResponse("the response of the app is not JSON") from None
    found = data.get(key) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise InvalidAppResponse(f"the response of the app has no list {key}")
    for item in found:
        if not isinstance(item, dict):
            raise InvalidAppResponse(f"{key} has an element that is not an object")
        for name in required:
            if name not in item:
                raise InvalidAppResponse(f"an element of {key} has no {name}")
        for name, value in item.items():
            if name not in checks:
                raise InvalidAppResponse(f"an element of {key} has an unknown field {name[:100]!r}")
            if not checks[name](value):
                raise InvalidAppResponse(f"an element of {key} has an invalid {name}")
    return found
