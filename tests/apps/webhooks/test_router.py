"""Functions are registered for types of events, and typos are noticed."""

from functools import partial

import pytest

from ecwid_async.apps import WebhookRouter
from ecwid_async.errors import ConfigError
from ecwid_async.models.events import EventType


async def handler(event: object) -> None:
    pass


def names(router: WebhookRouter, event_type: str) -> list[str]:
    return [each.name for each in router.handlers_for(event_type)]


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("order.created", ["order.created"], ["order.updated", "unfinished_order.created"]),
        (EventType.ORDER_CREATED, ["order.created"], ["order.updated"]),
        (
            "order.*",
            ["order.created", "order.deleted", "order.archived"],
            ["unfinished_order.created", "orders.created"],
        ),
        ("*.deleted", ["order.deleted", "brand.deleted"], ["order.created"]),
        ("*", ["order.created", "brand.created", "without_a_dot"], []),
        ("*.*", ["order.created"], []),
        ("brand.created", ["brand.created"], ["category.created"]),
        ("order.archived", ["order.archived"], ["order.created"]),
        ("customer.personal_data_export_request", ["customer.personalDataExportRequest"], ["customer.created"]),
        ("*.subscription_status_changed", ["application.subscriptionStatusChanged"], ["application.installed"]),
        ("subscription.*", ["subscription.created"], ["order.created"]),
    ],
)
def test_types_and_patterns(pattern, matching, others):
    router = WebhookRouter()
    assert router.on(pattern)(handler) is handler
    for event_type in matching:
        assert names(router, event_type) == ["handler"], event_type
    for event_type in others:
        assert names(router, event_type) == [], event_type


@pytest.mark.parametrize("event_type", EventType)
def test_every_known_type_is_accepted(event_type):
    router = WebhookRouter()
    router.on(event_type)(handler)
    assert names(router, event_type.value) == ["handler"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("order.creatd", "Did you mean order.created"),
        ("order.update", "Did you mean order.updated"),
        ("orders.created", "Did you mean order.created"),
        ("ordr.*", "Did you mean order"),
        ("unfinished_orders.created", "Did you mean unfinished_order.created"),
        ("application.instaled", "Did you mean application.installed"),
        ("order", "order.created"),
        ("", "order.created"),
        ("order.", "order.created"),
        ("order.cre*", "whole part"),
        ("**", "order.created"),
        (7, "order.created"),
        ("a.\n", "order.created"),
    ],
)
def test_a_typo_is_refused(name, message):
    with pytest.raises(ConfigError, match=message):
        WebhookRouter().on(name)


def test_several_handlers_run_in_the_order_of_their_registration():
    router = WebhookRouter()
    for name, pattern in (("b", "order.*"), ("a", "*"), ("c", "order.created"), ("d", "product.*")):
        router.on(pattern, name=name)(handler)
    assert names(router, "order.created") == ["b", "a", "c"]


def test_events_are_coalesced_only_if_all_handlers_agree():
    router = WebhookRouter()
    assert not router.coalesces("product.updated")
    router.on("product.*", "order.updated", coalesce=True)(handler)
    assert router.coalesces("product.updated")
    assert router.coalesces("order.updated")
    assert not router.coalesces("order.created")
    router.on("order.*", name="all_orders")(handler)
    assert not router.coalesces("order.updated")
    assert router.coalesces("product.updated")


def test_routers_can_be_included():
    router, orders = WebhookRouter(), WebhookRouter()
    orders.on("order.created", timeout=5)(handler)
    router.include(orders)
    (included,) = router.handlers_for("order.created")
    assert (included.name, included.timeout) == ("handler", 5)
    with pytest.raises(ConfigError, match="already is a handler 'handler'"):
        router.include(orders)


class Callable:
    async def __call__(self, event: object) -> None:
        pass


async def with_a_setting(event: object, setting: int) -> None:
    pass


def test_only_async_functions_are_handlers():
    router = WebhookRouter()
    router.on("*")(Callable())
    assert names(router, "order.created") == ["Callable"]
    router.on("order.updated", name="part")(partial(with_a_setting, setting=1))
    assert names(router, "order.updated") == ["Callable", "part"]

    async def without_an_event() -> None:
        pass

    for function in (lambda event: None, print, None, "handler", Callable, without_an_event, with_a_setting):
        with pytest.raises(ConfigError, match="async function"):
            router.on("*")(function)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"timeout": 0}, ConfigError, "timeout"),
        ({"timeout": float("nan")}, ConfigError, "timeout"),
        ({"colaesce": True}, TypeError, "colaesce"),
        ({"name": ""}, ConfigError, "name"),
        ({"name": "x" * 61}, ConfigError, "name"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        WebhookRouter().on("order.created", **options)(handler)
    with pytest.raises(ConfigError, match="types of events"):
        WebhookRouter().on()
