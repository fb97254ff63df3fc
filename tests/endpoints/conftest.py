"""One sandbox server on loopback for the whole folder, and a new demo store for each test.

Together, the tests call every method of the client, and so every endpoint of the API. `recorder.py` records the
responses; `test_coverage.py` and `test_documented_samples.py` run last and check that no endpoint or field is missing.
"""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve

from ecwid_async.client import Ecwid, Store
from ecwid_async.models.order_items import OrderCalculationItemSelectedOption, OrderItemDraft
from ecwid_async.models.orders import OrderDraft
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, fill, sections
from ecwid_async.sandbox.server import RunningServer, serve_in_thread
from tests.endpoints.recorder import RecordingSandbox
from tests.endpoints.values import BUYER_EMAIL, OPTION_NAME, PETER, SHIPPING_TAXES, SIZES

_STORE_IDS: Final = count(DEMO_STORE_ID)
# They check the responses that all other tests received.
_LAST: Final = ("test_coverage.py", "test_documented_samples.py")
_FOLDER: Final = Path(__file__).parent
_deselected: Final[list[pytest.Item]] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that check recorded responses last."""
    items.sort(key=lambda item: item.path.parent == _FOLDER and item.path.name in _LAST)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember the deselected tests of this folder."""
    _deselected.extend(item for item in items if item.path.parent == _FOLDER)


@cache
def _demo_items() -> list[tuple[str, list[dict[str, Any]]]]:
    items_by_section = sections(DEMO_STORE_ID, products=60, orders=120, customers=40, carts=60, categories=12, seed=1)
    return [(section, list(items)) for section, items in items_by_section]


@pytest.fixture(scope="session")
def sandbox() -> RecordingSandbox:
    """The sandbox behind the server."""
    return RecordingSandbox()


@pytest.fixture(scope="session")
def served(sandbox: RecordingSandbox) -> Iterator[RunningServer]:
    """The server, in its own thread."""
    with serve_in_thread(sandbox) as running:
        yield running


@pytest.fixture
async def ecwid(served: RunningServer) -> AsyncIterator[Ecwid]:
    """A client of the server that rejects values of unexpected types."""
    async with Ecwid(base_url=served.base_url, quota=None, strict=True) as client:
        yield client


@pytest.fixture
def store(ecwid: Ecwid, sandbox: RecordingSandbox) -> Store:
    """A demo store that no other test changes."""
    store_id = next(_STORE_IDS)
    fill(sandbox.add_store(store_id, token=DEMO_TOKEN), _demo_items(), storage={"public": "{}"})
    return ecwid.store(store_id, DEMO_TOKEN)


@pytest.fixture
async def order(store: Store) -> int:
    """The id of a new paid order with one item, which has an option for files."""
    option = OrderCalculationItemSelectedOption(name=OPTION_NAME, type="FILES")
    item = OrderItemDraft(name="Mug", price=Decimal("12.50"), quantity=2, selected_options=[option])
    draft = OrderDraft(email=BUYER_EMAIL, items=[item], payment_status="PAID", total=25, billing_person=PETER)
    created = await store.orders.create(evolve(draft, taxes_on_shipping=SHIPPING_TAXES))
    assert created.id is not None
    return created.id


@pytest.fixture
async def product(store: Store) -> int:
    """The id of a new product with an option for its size."""
    draft = ProductDraft(name="Tea pot", sku="POT-1", price=Decimal("12.50"), quantity=5, options=[SIZES])
    created = await store.products.create(draft)
    assert created.id is not None
    return created.id


@pytest.fixture
def complete_run(request: pytest.FixtureRequest) -> None:
    """Skip unless all tests of this folder run: otherwise recorded responses are missing."""
    chosen = {item.path for item in request.session.items}
    selected_by_name = any("::" in argument for argument in request.config.args)
    if selected_by_name or _deselected or not {*_FOLDER.glob("test_*.py")} <= chosen:
        pytest.skip("checks the responses to all tests of this folder: run the whole folder")
