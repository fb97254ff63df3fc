"""The default transport works with aioresponses, which many test suites use."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
from aioresponses import aioresponses

from ecwid_async import Ecwid, NotSent, PaymentRequired, RetryPolicy, Store, UnsupportedMediaType

ORDER = "https://app.ecwid.com/api/v3/1003/orders/EG4H2"


class MockedResponse(aiohttp.ClientResponse):
    """The response that aioresponses builds, with an argument that aiohttp 3.14 requires and it does not pass."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, stream_writer=Mock(), **settings)


@pytest.fixture
def mocked() -> Iterator[aioresponses]:
    with aioresponses() as mock:
        yield mock


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with Ecwid(retry=RetryPolicy(attempts=1)) as ecwid:
        yield ecwid.store(1003, "secret_x")


async def test_a_response_is_read(mocked: aioresponses, store: Store) -> None:
    mocked.get(ORDER, body=b'{"id":"EG4H2"}', response_class=MockedResponse)
    assert (await store.orders.get("EG4H2")).id == "EG4H2"


@pytest.mark.parametrize(("status", "error"), [(402, PaymentRequired), (415, UnsupportedMediaType)], ids=["402", "415"])
async def test_an_error_is_raised(mocked: aioresponses, store: Store, status: int, error: type[Exception]) -> None:
    mocked.get(ORDER, status=status, body=b'{"errorMessage":"No."}', response_class=MockedResponse)
    with pytest.raises(error, match="No"):
        await store.orders.get("EG4H2")


async def test_a_failed_connection_raises_not_sent(mocked: aioresponses, store: Store) -> None:
    connection = Mock(host="app.ecwid.com", port=443, ssl=True)
    mocked.get(ORDER, exception=aiohttp.ClientConnectorError(connection, OSError("unreachable")))
    with pytest.raises(NotSent):
        await store.orders.get("EG4H2")
