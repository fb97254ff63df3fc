"""A public token, which every visitor of the storefront can read, opens what a customer may see."""

import pytest

from ecwid_async.sandbox import App, Sandbox
from tests.sandbox.api import Api


@pytest.fixture
def owner() -> Api:
    sandbox = Sandbox()
    sandbox.add_store(1003, token="secret_owner")
    sandbox.add_app(
        App(client_id="app", client_secret="app_secret", scopes=frozenset({"public_storefront"}), public_token=True)
    )
    return Api(sandbox, store_id=1003, token="secret_owner")


@pytest.fixture
def public(owner: Api) -> Api:
    token = owner.sandbox.install("app", 1003).public_token
    assert token is not None
    return Api(owner.sandbox, store_id=1003, token=token)


def test_disabled_products_do_not_exist_for_it(owner: Api, public: Api) -> None:
    shown = owner.post("/products", {"name": "Mug", "enabled": True})["id"]
    hidden = owner.post("/products", {"name": "Cup", "enabled": False})["id"]
    assert {each["id"] for each in owner.all("/products")} == {shown, hidden}
    assert [each["id"] for each in public.all("/products")] == [shown]
    assert public.get("/products", enabled="false")["total"] == 0
    assert public.get("/products", productId=str(hidden))["total"] == 0
    assert public.get(f"/products/{shown}")["name"] == "Mug"
    for path in (f"/products/{hidden}", f"/products/{hidden}/combinations"):
        assert public.refused("GET", path)[:2] == (404, "PRODUCT_NOT_FOUND")
    assert owner.get(f"/products/{hidden}")["name"] == "Cup"


def test_disabled_categories_do_not_exist_for_it(owner: Api, public: Api) -> None:
    shown = owner.post("/categories", {"name": "Kitchen"})["id"]
    hidden = owner.post("/categories", {"name": "Cellar", "enabled": False})["id"]
    assert [each["id"] for each in public.all("/categories", hidden_categories="true")] == [shown]
    assert len(owner.all("/categories", hidden_categories="true")) == 2
    assert public.refused("GET", f"/categories/{hidden}")[:2] == (404, "CATEGORIES_NOT_FOUND")


def test_it_reads_no_orders_or_customers_and_changes_no_product(owner: Api, public: Api) -> None:
    product = owner.post("/products", {"name": "Mug"})["id"]
    for method, path in (
        ("GET", "/orders"),
        ("GET", "/customers"),
        ("PUT", f"/products/{product}"),
        ("DELETE", f"/products/{product}"),
    ):
        assert public.refused(method, path, {} if method == "PUT" else None)[:2] == (403, "INSUFFICIENT_APP_SCOPE")


def test_it_creates_orders_that_are_not_paid(owner: Api, public: Api) -> None:
    order = {"email": "ann@example.com", "total": 5}
    assert public.refused("POST", "/orders", {**order, "paymentStatus": "PAID"})[0] == 403
    created = public.post("/orders", {**order, "paymentStatus": "AWAITING_PAYMENT"})
    assert owner.get(f"/orders/{created['orderId']}")["paymentStatus"] == "AWAITING_PAYMENT"
