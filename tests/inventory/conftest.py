"""One server on loopback for the whole inventory, and a demo store of its own for each scenario."""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from ecwid_async.client import Ecwid, Store
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, fill, sections
from ecwid_async.sandbox.server import Served, serving
from tests.inventory.ledger import Recorder

_NUMBERS: Final = count(DEMO_STORE_ID)
# These look at what all others did.
_LAST: Final = ("test_whole.py", "test_shapes.py")
_HERE: Final = Path(__file__).parent
_left_out: Final[list[pytest.Item]] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the scenarios run before those tests that look at what they did."""
    items.sort(key=lambda item: item.path.parent == _HERE and item.path.name in _LAST)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember that a run leaves scenarios out."""
    _left_out.extend(item for item in items if item.path.parent == _HERE)


@cache
def _items() -> list[tuple[str, list[dict[str, Any]]]]:
    filled = sections(DEMO_STORE_ID, products=60, orders=120, customers=40, carts=60, categories=12, seed=1)
    return [(section, list(items)) for section, items in filled]


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    """The sandbox behind the server."""
    return Recorder()


@pytest.fixture(scope="session")
def served(recorder: Recorder) -> Iterator[Served]:
    """The server, in a thread of its own."""
    with serving(recorder) as running:
        yield running


@pytest.fixture
async def ecwid(served: Served) -> AsyncIterator[Ecwid]:
    """A client on the network that takes no value of an unexpected type."""
    async with Ecwid(base_url=served.base_url, quota=None, strict=True) as client:
        yield client


@pytest.fixture
def store(ecwid: Ecwid, recorder: Recorder) -> Store:
    """A demo store that nobody else changes."""
    number = next(_NUMBERS)
    fill(recorder.add_store(number, token=DEMO_TOKEN), _items(), storage={"public": "{}"})
    return ecwid.store(number, DEMO_TOKEN)


@pytest.fixture
def scenarios(request: pytest.FixtureRequest) -> None:
    """Skip where only some of the scenarios run: what they leave out says nothing then."""
    chosen = {item.path for item in request.session.items}
    parts = any("::" in argument for argument in request.config.args)
    if parts or _left_out or not {*_HERE.glob("test_*.py")} <= chosen:
        pytest.skip("looks at what all of tests/inventory did: run the whole folder")
