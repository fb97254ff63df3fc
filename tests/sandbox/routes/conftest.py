"""Fixtures of several endpoints; a test file that needs another store defines its own `api`."""

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
    """Top contains A (which contains AA) and B; Side is next to Top."""
    numbers: dict[str, int] = {}
    for name, parent in {"Top": None, "Side": None, "A": "Top", "B": "Top", "AA": "A"}.items():
        body = {"name": name, **({"parentId": numbers[parent]} if parent else {})}
        numbers[name] = api.post("/categories", body)["id"]
    return numbers


@pytest.fixture
def order(api: Api) -> int:
    item = {"name": "Mug", "price": 12.5, "quantity": 2, "selectedOptions": [{"name": FILE_OPTION, "type": "FILES"}]}
    item["selectedOptions"] += [{"name": "Size", "type": "CHOICE", "value": "L"}]
    number: int = api.post("/orders", {"email": "a@example.com", "items": [item]})["id"]
    return number


@pytest.fixture
def product(api: Api) -> str:
    """The path of a product with options."""
    return create_shirt(api)
