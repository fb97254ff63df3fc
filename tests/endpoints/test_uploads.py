"""Every upload method accepts bytes, a path, a stream and an external URL, and the store has the same bytes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import pytest

from ecwid_async.client import Store
from ecwid_async.models.order_items import OrderCalculationItemSelectedOption, OrderItemDraft
from ecwid_async.models.orders import OrderDraft
from ecwid_async.sandbox.state import uploads_of
from tests.endpoints.recorder import RecordingSandbox
from tests.endpoints.values import IMAGE_URL, PNG, VIDEO_URL
from tests.resources.conftest import METHODS

Ids = dict[str, Any]


async def category_ids(store: Store) -> Ids:
    return {"category_id": (await store.categories.search().first()).id}


async def product_ids(store: Store) -> Ids:
    return {"product_id": (await store.products.search().first()).id}


async def variation_ids(store: Store) -> Ids:
    product = await anext(item async for item in store.products.search() if item.combinations)
    return {"product_id": product.id, "combination_id": product.combinations[0].id}


async def video_ids(store: Store) -> Ids:
    product = await product_ids(store)
    created = await store.products.gallery.videos.upload(product["product_id"], VIDEO_URL)
    return product | {"gallery_video_id": created.id}


async def file_ids(store: Store) -> Ids:
    return await product_ids(store) | {"file_name": "a b.png"}


async def option_ids(store: Store) -> Ids:
    option = OrderCalculationItemSelectedOption(name="Photo / фото", type="FILES")
    item = OrderItemDraft(name="Mug", price=1, quantity=1, selected_options=[option])
    order = (await store.orders.create(OrderDraft(email="a@example.com", items=[item]))).id
    number = (await store.orders.get(order)).items[0].id
    return {"order_id": order, "item_id": number, "option_name": option.name, "file_name": "a b.png"}


async def store_ids(store: Store) -> Ids:
    return {}


async def read_category(store: Store, ids: Ids) -> Any:
    return await store.categories.get(ids["category_id"])


async def read_product(store: Store, ids: Ids) -> Any:
    return await store.products.get(ids["product_id"])


async def read_variation(store: Store, ids: Ids) -> Any:
    return await store.products.variations.get(ids["product_id"], ids["combination_id"])


async def read_order(store: Store, ids: Ids) -> Any:
    return await store.orders.get(ids["order_id"])


async def read_profile(store: Store, ids: Ids) -> Any:
    return await store.profile.get()


# For each method: functions that return its ids, the item with the uploaded file, and the file's URL in that item.
UPLOADS: Final[dict[str, tuple[Callable[..., Awaitable[Ids]], Callable[..., Awaitable[Any]], Callable[[Any], str]]]] = {
    "categories.images.upload": (category_ids, read_category, lambda item: item.original_image_url),
    "orders.option_files.upload": (
        option_ids,
        read_order,
        lambda item: item.items[0].selected_options[0].files[-1].url,
    ),
    "products.files.upload": (file_ids, read_product, lambda item: str(item.files[-1].id)),
    "products.gallery.upload": (product_ids, read_product, lambda item: item.gallery_images[-1].original_image_url),
    "products.gallery.videos.upload_cover": (
        video_ids,
        read_product,
        lambda item: item.media.videos[-1].image_original_url,
    ),
    "products.images.upload": (product_ids, read_product, lambda item: item.original_image_url),
    "products.variations.images.upload": (variation_ids, read_variation, lambda item: item.original_image_url),
    "profile.logos.upload_email_logo": (store_ids, read_profile, lambda item: item.settings.email_logo_url),
    "profile.logos.upload_invoice_logo": (store_ids, read_profile, lambda item: item.settings.invoice_logo_url),
    "profile.logos.upload_store_logo": (
        store_ids,
        read_profile,
        lambda item: item.general_info.starter_site.store_logo_url,
    ),
}


async def stream(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 50):
        yield content[start : start + 50]


def test_every_upload_is_tested() -> None:
    assert UPLOADS.keys() == {method.name for method in METHODS if method.uploads}


@pytest.mark.parametrize("name", UPLOADS)
async def test_uploaded_bytes_are_stored(store: Store, sandbox: RecordingSandbox, name: str, tmp_path: Path) -> None:
    find_ids, read_item, url_in = UPLOADS[name]
    upload, ids = attrgetter(name)(store), await find_ids(store)

    async def stored() -> bytes | None:
        url = url_in(await read_item(store, ids))
        if name == "products.files.upload":
            return await store.products.files.download(ids["product_id"], int(url)).read()
        return uploads_of(sandbox.stores[store.store_id]).get(url)

    assert (await upload(**ids, source=PNG + b"bytes")).id
    assert await stored() == PNG + b"bytes"
    path = tmp_path / "a b.png"
    path.write_bytes(PNG + b"path")
    assert (await upload(**ids, source=path)).id
    assert await stored() == PNG + b"path"
    assert (await upload(**ids, source=stream(PNG + b"stream"))).id
    assert await stored() == PNG + b"stream"
    assert (await upload(**ids, external_url=IMAGE_URL)).id
    if name not in ("products.files.upload", "orders.option_files.upload"):
        assert url_in(await read_item(store, ids)) == IMAGE_URL
