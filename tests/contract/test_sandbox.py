"""The client on every transport against the sandbox: over HTTP, and in process."""

from collections.abc import AsyncIterator, Callable

import pytest

from ecwid_async import Ecwid, NotFound, Store, transport
from ecwid_async.files import Source
from ecwid_async.models.products import ProductDraft
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from ecwid_async.sandbox.server import serve
from tests.contract.conftest import TRANSPORTS

FILE = bytes(range(256)) * 1000


@pytest.fixture(params=[*TRANSPORTS, "memory"])
async def store(request: pytest.FixtureRequest, ecwid_sandbox: Sandbox) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield Ecwid(transport=ecwid_sandbox).store(DEMO_STORE_ID, DEMO_TOKEN)
        return
    pytest.importorskip(request.param)
    transport_class = getattr(transport, TRANSPORTS[request.param])
    async with serve(ecwid_sandbox) as served, Ecwid(transport=transport_class(served.base_url)) as ecwid:
        yield ecwid.store(DEMO_STORE_ID, DEMO_TOKEN)


async def test_reading_writing_and_errors(store: Store) -> None:
    created = await store.products.create(ProductDraft(name="Чай / tea + «мята»", sku="T/1 +Ч"))
    product = await store.products.get(created.id)
    assert (product.name, product.sku) == ("Чай / tea + «мята»", "T/1 +Ч")
    assert [found.id async for found in store.products.search(sku="T/1 +Ч")] == [created.id]
    await store.products.delete(created.id)
    with pytest.raises(NotFound):
        await store.products.get(created.id)


async def test_a_list_of_several_pages(store: Store) -> None:
    products = store.products.search(limit=7)
    ids = [product.id async for product in products]
    assert len(ids) == await products.count() == len(set(ids)) > 7


async def chunked() -> AsyncIterator[bytes]:
    yield FILE[:30]
    yield FILE[30:]


@pytest.mark.parametrize("source", [lambda: FILE, chunked])
async def test_a_file_is_uploaded_and_downloaded(store: Store, source: Callable[[], Source]) -> None:
    product = await store.products.create(ProductDraft(name="Tea"))
    sent: list[int] = []
    uploaded = await store.products.files.upload(
        product.id, source(), file_name="чай / tea.bin", progress=lambda so_far, _: sent.append(so_far)
    )
    assert sent[-1] == len(FILE)
    assert await store.products.files.download(product.id, uploaded.id).read() == FILE
    with pytest.raises(NotFound):
        await store.products.files.download(product.id, uploaded.id + 1).read()
