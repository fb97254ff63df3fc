"""Fixtures for the tests of endpoints. A test file that needs another store defines its own `api`."""

import pytest

from tests.sandbox.api import Api, Clock
from tests.sandbox.routes.stores import FILE_OPTION, empty_store
from tests.sandbox.routes.variation_helpers import create_shirt


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api() -> Api:
    """An empty store."""
    return empty_store()


@pytest.fixture
def tree(api: Api) -> dict[str, int]:
    """The ids of five categories: Top contains A and B, A contains AA, and Side is next to Top."""
    ids: dict[str, int] = {}
    for name, parent in {"Top": None, "Side": None, "A": "Top", "B": "Top", "AA": "A"}.items():
        body = {"name": name, **({"parentId": ids[parent]} if parent else {})}
        ids[name] = api.post("/categories", body)["id"]
    return ids


@pytest.fixture
def order(api: Api) -> int:
    """The number of an order with one item, which has an option for files."""
    item = {"name": "Mug", "price": 12.5, "quantity": 2, "selectedOptions": [{"name": FILE_OPTION, "type": "FILES"}]}
    item["selectedOptions"] += [{"name": "Size", "type": "CHOICE", "value": "L"}]
    number: int = api.post("/orders", {"email": "a@example.com", "items": [item]})["id"]
    return number


@pytest.fixture
def product(api: Api) -> str:
    """The path of a product with the options `SIZE` and `COLOR`."""
    return create_shirt(api)
