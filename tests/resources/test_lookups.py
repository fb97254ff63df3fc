"""After a create with an unknown outcome, `resolve` looks up the item by its identifying value."""

import pickle
from typing import Any

import pytest

from ecwid_async import Ecwid, EcwidError, OutcomeUnknown, RetryPolicy, ServerError, Store, Timeout
from ecwid_async.models.base import Draft
from ecwid_async.models.coupons import DiscountCouponDraft
from ecwid_async.models.customers import CustomerDraft
from ecwid_async.models.domains import DomainPurchaseDraft
from ecwid_async.models.products import ProductDraft
from ecwid_async.models.variations import VariationDraft
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request, Response


class LostResponses:
    """A sandbox that loses responses to creates, before or after the create takes effect."""

    def __init__(self, *, arrives: bool) -> None:
        self.arrives = arrives
        self.sandbox = demo_sandbox(products=5, orders=5, customers=5, carts=0, categories=2)

    async def send(self, request: Request) -> Response:
        if request.method == "POST":
            if self.arrives:
                assert (await self.sandbox.send(request)).status == 200
            raise OutcomeUnknown("the response was lost", request=request)
        return await self.sandbox.send(request)

    def stream(self, request: Request) -> Any:
        return self.sandbox.stream(request)

    async def aclose(self) -> None:
        await self.sandbox.aclose()


def store(transport: Any) -> Store:
    return Ecwid(transport=transport, quota=None, retry=RetryPolicy(attempts=1)).store(DEMO_STORE_ID, DEMO_TOKEN)


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize(
    ("section", "draft", "field"),
    [
        ("products", ProductDraft(name="Lamp", sku="LAMP-NEW"), "sku"),
        ("products", ProductDraft(name="Lamp", external_reference_id="erp-77"), "external_reference_id"),
        ("customers", CustomerDraft(email="new.customer@example.com"), "email"),
        ("coupons", DiscountCouponDraft(name="Spring", code="SPRING-NEW"), "code"),
    ],
)
async def test_an_item_is_found_if_it_was_created(section: str, draft: Draft, field: str, arrives: bool) -> None:
    resource = getattr(store(LostResponses(arrives=arrives)), section)
    with pytest.raises(OutcomeUnknown) as caught:
        await resource.create(draft)
    found = await caught.value.resolve()
    assert (getattr(found, field) if found else None) == (getattr(draft, field) if arrives else None)


async def test_a_variation_is_looked_up_among_those_of_its_product() -> None:
    lost = LostResponses(arrives=False)
    product = await store(lost).products.search().first()
    assert product is not None
    assert product.id is not None
    with pytest.raises(OutcomeUnknown) as caught:
        await store(lost).products.variations.create(product.id, VariationDraft(sku="V-NEW"))
    assert await caught.value.resolve() is None


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_domain_is_found_by_its_name_in_any_case(arrives: bool) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await store(LostResponses(arrives=arrives)).domains.purchase(DomainPurchaseDraft(domain_name="My-Mugs.com"))
    found: Any = await caught.value.resolve()
    assert (found.name if found else None) == ("my-mugs.com" if arrives else None)


async def test_an_item_without_an_identifying_value_raises_lookup_error() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await store(LostResponses(arrives=True)).products.create(ProductDraft(name="Lamp"))
    with pytest.raises(LookupError, match="a product without SKU and external_reference_id"):
        await caught.value.resolve()
    with pytest.raises(LookupError, match="nothing in this call identifies"):
        await pickle.loads(pickle.dumps(caught.value)).resolve()


@pytest.mark.parametrize("late", [False, True])
async def test_a_server_error_and_a_timeout_can_be_resolved(late: bool) -> None:
    def reply(request: Request) -> Response | Exception:
        if request.method == "GET":
            return make_response({"items": [{"id": 7, "sku": "A"}], "total": 1})
        return Timeout("late", request=request) if late else make_response(status=500)

    with pytest.raises((ServerError, Timeout)) as caught:
        await store(MemoryTransport(reply)).products.create(ProductDraft(sku="A"))
    found: Any = await caught.value.resolve()
    assert found.id == 7


async def test_a_reused_draft_is_looked_up_by_its_values_at_the_time_of_each_call() -> None:
    lost = store(LostResponses(arrives=True))
    draft = ProductDraft(name="Lamp", sku="LAMP-1")
    first = lost.products.create(draft)
    draft.sku = "LAMP-2"
    second = lost.products.create(draft)
    draft.sku = "LAMP-3"
    for call, sku in ((first, "LAMP-1"), (second, "LAMP-2")):
        with pytest.raises(OutcomeUnknown) as caught:
            await call
        found: Any = await caught.value.resolve()
        assert found.sku == sku


async def test_the_lookup_goes_to_the_store_that_sent_the_call() -> None:
    """The call may have been built by another store, or in another process."""
    nowhere = store(MemoryTransport([]))
    for through in (lambda call: call, lambda call: pickle.loads(pickle.dumps(call))):
        lost = store(LostResponses(arrives=True))
        with pytest.raises(OutcomeUnknown) as caught:
            await lost.send(through(nowhere.products.create(ProductDraft(name="Lamp", sku="LAMP-1"))))
        found: Any = await caught.value.resolve()
        assert found.sku == "LAMP-1"


@pytest.mark.parametrize("body", [b"", b"<html>Log in</html>", b"null"])
async def test_a_create_with_an_unreadable_response_can_be_resolved(body: bytes) -> None:
    def reply(request: Request) -> Response:
        return (
            make_response({"items": [{"id": 7, "sku": "A"}], "total": 1})
            if request.method == "GET"
            else make_response(body)
        )

    with pytest.raises(OutcomeUnknown) as caught:
        await store(MemoryTransport(reply)).products.create(ProductDraft(sku="A"))
    found: Any = await caught.value.resolve()
    assert found.id == 7


@pytest.mark.parametrize("code", ["SKU_ALREADY_EXISTS", "RATE_LIMITED", "INVALID_API_TOKEN", None])
async def test_an_unknown_outcome_can_be_resolved_for_every_error_class(code: str | None) -> None:
    """A failing server may return any error code, and codes have different classes."""
    body = b'{"errorCode": "%s"}' % code.encode() if code else b"<html>"
    found = b'{"total": 1, "count": 1, "items": [{"id": 7, "sku": "LAMP-NEW"}]}'
    transport = MemoryTransport([make_response(body, status=500), make_response(found)])
    with pytest.raises(EcwidError) as caught:
        await store(transport).products.create(ProductDraft(name="Lamp", sku="LAMP-NEW"))
    assert caught.value.outcome == "unknown"
    item = await caught.value.resolve()
    assert getattr(item, "id", None) == 7


async def test_a_known_outcome_cannot_be_resolved() -> None:
    with pytest.raises(EcwidError) as caught:
        await store(MemoryTransport([make_response(b"{}", status=409)])).products.create(
            ProductDraft(name="Lamp", sku="LAMP-NEW")
        )
    with pytest.raises(LookupError, match="the outcome of this call is 'refused'"):
        await caught.value.resolve()
