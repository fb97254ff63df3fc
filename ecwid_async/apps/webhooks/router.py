"""`WebhookRouter`: which functions handle which events."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Generic, TypedDict, TypeVar, Unpack, overload

from attrs import field

from ecwid_async.apps.webhooks import event_names
from ecwid_async.apps.webhooks.event_types import check_event_types
from ecwid_async.apps.webhooks.handler import Handler, check_function
from ecwid_async.apps.webhooks.received_event import ReceivedEvent
from ecwid_async.errors import ConfigError
from ecwid_async.models import events
from ecwid_async.models.base import Model
from ecwid_async.models.events import StoreEvent
from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.transport import check_number

if TYPE_CHECKING:
    from ecwid_async.models.application import AppSubscription
    from ecwid_async.models.carts import Cart
    from ecwid_async.models.categories import Category
    from ecwid_async.models.coupons import DiscountCoupon
    from ecwid_async.models.customer_groups import CustomerGroup
    from ecwid_async.models.customers import Customer
    from ecwid_async.models.invoices import OrderInvoice
    from ecwid_async.models.orders import Order
    from ecwid_async.models.product_types import ProductType
    from ecwid_async.models.products import Product
    from ecwid_async.models.profile import Profile
    from ecwid_async.models.promotions import Promotion
    from ecwid_async.models.reviews import Review

__all__ = ["Registration", "WebhookRouter"]

E = TypeVar("E", bound=StoreEvent)
T = TypeVar("T")
R = TypeVar("R")

DEFAULT_TIMEOUT: Final = 300.0
"""The time limit of a handler in seconds."""
_MAX_NAME: Final = 60


class HandlerOptions(TypedDict, total=False):
    """The options of `WebhookRouter.on`."""

    coalesce: bool
    skip_unchanged: bool
    timeout: float | None
    name: str


@frozen
class Registration(Generic[E, T]):
    """The decorator that `WebhookRouter.on` returns. It returns the function unchanged."""

    _add: Callable[[Callable[[Any], Awaitable[object]]], None] = field(repr=False)

    def __call__(
        self, function: Callable[[ReceivedEvent[E, T]], Awaitable[R]], /
    ) -> Callable[[ReceivedEvent[E, T]], Awaitable[R]]:
        """Register a handler."""
        self._add(function)
        return function


class WebhookRouter:
    """Handlers by type of event. `Webhooks` is one; others, such as one for each module, are added by `include`."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    @overload
    def on(
        self, *event_types: event_names.ApplicationEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.ApplicationEvent, "AppSubscription"]: ...

    @overload
    def on(
        self, *event_types: event_names.CategoryEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.CategoryEvent, "Category"]: ...

    @overload
    def on(
        self, *event_types: event_names.CustomerEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.CustomerEvent, "Customer"]: ...

    @overload
    def on(
        self, *event_types: event_names.CustomerGroupEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.CustomerGroupEvent, "CustomerGroup"]: ...

    @overload
    def on(
        self, *event_types: event_names.DiscountCouponEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.DiscountCouponEvent, "DiscountCoupon"]: ...

    @overload
    def on(
        self, *event_types: event_names.InvoiceEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.InvoiceEvent, "OrderInvoice"]: ...

    @overload
    def on(
        self, *event_types: event_names.OrderEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.OrderEvent, "Order"]: ...

    @overload
    def on(
        self, *event_types: event_names.ProductEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.ProductEvent, "Product"]: ...

    @overload
    def on(
        self, *event_types: event_names.ProductClassEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.ProductClassEvent, "ProductType"]: ...

    @overload
    def on(
        self, *event_types: event_names.ProfileEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.ProfileEvent, "Profile"]: ...

    @overload
    def on(
        self, *event_types: event_names.PromotionEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.PromotionEvent, "Promotion"]: ...

    @overload
    def on(
        self, *event_types: event_names.ReviewEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.ReviewEvent, "Review"]: ...

    @overload
    def on(
        self, *event_types: event_names.SizeChartEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.SizeChartEvent, Model]: ...

    @overload
    def on(
        self, *event_types: event_names.UnfinishedOrderEventName, **options: Unpack[HandlerOptions]
    ) -> Registration[events.UnfinishedOrderEvent, "Cart"]: ...

    @overload
    def on(self, *event_types: str, **options: Unpack[HandlerOptions]) -> Registration[StoreEvent, Model]: ...

    def on(self, *event_types: str, **options: Unpack[HandlerOptions]) -> Registration[Any, Any]:
        """Register an async function for events: ``@webhooks.on("order.created")``.

        Each of `event_types` is a type in either spelling, a pattern (``order.*``, ``*.deleted``, ``*``), or a type
        that this version does not know. If several functions are registered for a type, all are run, one after the
        other. If one fails, the event is retried, and all of them are run again.

        - `coalesce`: give the function all waiting events of one type and entity at once. It applies to a type if all
          functions for it have it.
        - `skip_unchanged`: do not run the function again for an entity that is exactly as it left it. Only for a
          function that does no more than bring something in line with the entity that it fetches.
        - `timeout`: how long the function may take, in seconds, by default 300; None for no limit.
        - `name`: identifies the function in `ReceivedEvent.transaction`, by default its own name. Do not change it.

        Raises `ConfigError` for a name that is nearly that of a known type, for anything but an async function, and for
        a name that another handler has.
        """
        if not event_types:
            raise ConfigError("`on` needs types of events, such as on('order.created'); on('*') is for all of them.")
        checked = check_event_types(event_types)
        unknown = options.keys() - HandlerOptions.__annotations__.keys()
        if unknown:
            raise TypeError(f"on() has no option {', '.join(sorted(unknown))}")
        timeout = options.get("timeout", DEFAULT_TIMEOUT)
        if timeout is not None:
            check_number("timeout", timeout, exclusive=True)

        def add(function: Callable[[Any], Awaitable[object]]) -> None:
            name = check_function(function)
            self._add(
                Handler(
                    function=function,
                    name=options.get("name", name),
                    event_types=checked,
                    coalesce=options.get("coalesce", False),
                    skip_unchanged=options.get("skip_unchanged", False),
                    timeout=timeout,
                )
            )

        return Registration(add)

    def include(self, router: "WebhookRouter") -> None:
        """Add the handlers that another router has by now."""
        for handler in router._handlers.values():
            self._add(handler)

    def handlers_for(self, event_type: str) -> list[Handler]:
        """The handlers for events of this type, in the order in which they were registered."""
        # A copy: the inbox asks in another thread.
        return [handler for handler in tuple(self._handlers.values()) if handler.handles(event_type)]

    def coalesces(self, event_type: str) -> bool:
        """Whether events of this type are coalesced: all of their handlers have ``coalesce=True``."""
        handlers = self.handlers_for(event_type)
        return bool(handlers) and all(handler.coalesce for handler in handlers)

    def _add(self, handler: Handler) -> None:
        name = handler.name
        if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= _MAX_NAME:
            raise ConfigError(f"the name of a handler has 1 to {_MAX_NAME} characters: pass another `name` to `on`.")
        if name in self._handlers:
            raise ConfigError(
                f"there already is a handler {name!r}, and its name identifies it: pass another `name` to `on`."
            )
        self._handlers[name] = handler
