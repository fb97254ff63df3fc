"""Editors and notebooks complete the names of the library, by jedi, which IPython uses."""

from pathlib import Path
from typing import Any

import pytest

from ecwid_async import Ecwid, Store
from ecwid_async.client import Section
from ecwid_async.models.products import Product, ProductDraft
from ecwid_async.transport.memory import MemoryTransport

jedi: Any = pytest.importorskip("jedi", reason="needs jedi, of the group test")

LISTED = {"changes", "create", "delete", "deleted", "get", "look_up", "scan", "search", "update"}
STORE = "from ecwid_async import Store\nasync def f(store: Store) -> None:\n    "


@pytest.fixture(scope="module")
def project() -> Any:
    return jedi.Project(Path(__file__).parents[1])


def complete(source: str, project: Any) -> set[str]:
    lines = source.splitlines()
    found = jedi.Script(source, project=project).complete(len(lines), len(lines[-1]))
    return {one.name for one in found}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("(await store.products.get(1)).pri", {"price", "price_in_product_list"}),
        ("(await store.orders.get(1)).billing_person.nam", {"name"}),
        ("order = await store.orders.get(1)\n    order.items[0].nam", {"name", "name_translated"}),
        ("async for cart in store.carts.search():\n        cart.tot", {"total"}),
        ("async for page in store.products.search().pages():\n        page.items[0].pri", {"price"}),
        ("async with store.products.scan() as rows:\n        async for row in rows:\n            row.pri", {"price"}),
        ("(await store.products.search().first()).pri", {"price"}),
        ("(await store.products.search().all())[0].pri", {"price"}),
        ("(await store.profile.get()).general_inf", {"general_info"}),
        ("(await store.reports.latest_stats()).products_up", {"products_updated"}),
        ("store.products.se", {"search"}),
        ("store.prod", {"products", "product_types"}),
    ],
)
def test_the_results_of_calls_are_completed(source: str, names: set[str], project: Any) -> None:
    assert names <= complete(STORE + source, project)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("from ecwid_async.models.products import ProductDraft\nProductDraft(pri", {"price="}),
        ("from ecwid_async.models.products import Product\nProduct().pri", {"price"}),
        ("from ecwid_async.models.orders import Order\ndef f(order: Order):\n    order.items[0].pri", {"price"}),
        ("from ecwid_async.models import OrderItemDraft\nOrderItemDraft(pri", {"price="}),
        ("from ecwid_async.models import OrderItemD", {"OrderItemDraft"}),
    ],
)
def test_models_and_drafts_are_completed(source: str, names: set[str], project: Any) -> None:
    assert names <= complete(source, project)


def test_the_sections_and_methods_of_a_store_are_completed(project: Any) -> None:
    sections = {name for name, member in vars(Store).items() if isinstance(member, Section)}
    offered = {name for name in complete(f"{STORE}store.", project) if not name.startswith("_")}
    assert offered == sections | {"batch", "bulk", "events", "send", "server", "store_id", "transport"}


@pytest.mark.parametrize(
    ("section", "names"),
    [
        (
            "products",
            LISTED
            | {"delete_all", "facets", "filters"}
            | {"files", "gallery", "images", "inventory", "media", "sort_order", "variations", "videos"},
        ),
        (
            "orders",
            LISTED | {"calculate", "extra_fields", "invoices", "last", "option_files", "repeat_url", "statuses"},
        ),
        ("domains", {"get", "purchase", "reset_password", "search", "send_verification_email", "update"}),
    ],
)
def test_only_the_methods_of_a_section_are_completed(section: str, names: set[str], project: Any) -> None:
    offered = {name for name in complete(f"{STORE}store.{section}.", project) if not name.startswith("_")}
    assert offered == names


def test_the_names_of_the_descriptor_are_not_completed(project: Any) -> None:
    assert not {"attrname", "func", "fget", "name"} & complete(f"{STORE}store.products.", project)


def test_objects_in_a_notebook_are_completed() -> None:
    ecwid = Ecwid(transport=MemoryTransport([]))
    names = {"store": ecwid.store(1003, "secret_1"), "product": Product(sku="A"), "ProductDraft": ProductDraft}
    for source, expected in (
        ("product.pri", "price"),
        ("ProductDraft(pri", "price="),
        ("store.products.se", "search"),
        ("store.prod", "products"),
    ):
        assert expected in {one.name for one in jedi.Interpreter(source, [names]).complete()}
