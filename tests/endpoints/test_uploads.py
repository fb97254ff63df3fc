"""Every upload takes bytes, a path, a stream and an external URL, and the store keeps the same bytes."""

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


async def of_category(store: Store) -> Ids:
    return {"category_id": (await store.categories.search().first()).id}


async def of_product(store: Store) -> Ids:
    return {"product_id": (await store.products.search().first()).id}


async def of_variation(store: Store) -> Ids:
    product = await anext(one async for one in store.products.search() if one.combinations)
    return {"product_id": product.id, "combination_id": product.combinations[0].id}


async def of_video(store: Store) -> Ids:
    product = await of_product(store)
    made = await store.products.gallery.videos.upload(product["product_id"], VIDEO_URL)
    return product | {"gallery_video_id": made.id}


async def of_file(store: Store) -> Ids:
    return await of_product(store) | {"file_name": "a b.png"}


async def of_option(store: Store) -> Ids:
    option = OrderCalculationItemSelectedOption(name="Photo / фото", type="FILES")
    item = OrderItemDraft(name="Mug", price=1, quantity=1, selected_options=[option])
    order = (await store.orders.create(OrderDraft(email="a@example.com", items=[item]))).id
    number = (await store.orders.get(order)).items[0].id
    return {"order_id": order, "item_id": number, "option_name": option.name, "file_name": "a b.png"}


async def of_store(store: Store) -> Ids:
    return {}


async def category(store: Store, ids: Ids) -> Any:
    return await store.categories.get(ids["category_id"])


async def product(store: Store, ids: Ids) -> Any:
    return await store.products.get(ids["product_id"])


async def variation(store: Store, ids: Ids) -> Any:
    return await store.products.variations.get(ids["product_id"], ids["combination_id"])


async def order(store: Store, ids: Ids) -> Any:
    return await store.orders.get(ids["order_id"])


async def profile(store: Store, ids: Ids) -> Any:
    return await store.profile.get()


# For each method: the ids to pass, the item with the uploaded file, and the file's URL in it.
UPLOADS: Final[dict[str, tuple[Callable[..., Awaitable[Ids]], Callable[..., Awaitable[Any]], Callable[[Any], str]]]] = {
    "categories.images.upload": (of_category, category, lambda one: one.original_image_url),
    "orders.option_files.upload": (of_option, order, lambda one: one.items[0].selected_options[0].files[-1].url),
    "products.files.upload": (of_file, product, lambda one: str(one.files[-1].id)),
    "products.gallery.upload": (of_product, product, lambda one: one.gallery_images[-1].original_image_url),
    "products.gallery.videos.upload_cover": (of_video, product, lambda one: one.media.videos[-1].image_original_url),
    "products.images.upload": (of_product, product, lambda one: one.original_image_url),
    "products.variations.images.upload": (of_variation, variation, lambda one: one.original_image_url),
    "profile.logos.upload_email_logo": (of_store, profile, lambda one: one.settings.email_logo_url),
    "profile.logos.upload_invoice_logo": (of_store, profile, lambda one: one.settings.invoice_logo_url),
    "profile.logos.upload_store_logo": (of_store, profile, lambda one: one.general_info.starter_site.store_logo_url),
}


async def stream(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 50):
        yield content[start : start + 50]


def test_every_upload_is_tested() -> None:
    assert UPLOADS.keys() == {method.name for method in METHODS if method.uploads}


@pytest.mark.parametrize("name", UPLOADS)
async def test_uploaded_bytes_are_stored(store: Store, sandbox: RecordingSandbox, name: str, tmp_path: Path) -> None:
    belongs, shows, place = UPLOADS[name]
    upload, ids = attrgetter(name)(store), await belongs(store)

    async def kept() -> bytes | None:
        address = place(await shows(store, ids))
        if name == "products.files.upload":
            return await store.products.files.download(ids["product_id"], int(address)).read()
        return uploads_of(sandbox.stores[store.store_id]).get(address)

    assert (await upload(**ids, source=PNG + b"bytes")).id
    assert await kept() == PNG + b"bytes"
    path = tmp_path / "a b.png"
    path.write_bytes(PNG + b"path")
    assert (await upload(**ids, source=path)).id
    assert await kept() == PNG + b"path"
    assert (await upload(**ids, source=stream(PNG + b"stream"))).id
    assert await kept() == PNG + b"stream"
    assert (await upload(**ids, external_url=IMAGE_URL)).id
    if name not in ("products.files.upload", "orders.option_files.upload"):
        assert place(await shows(store, ids)) == IMAGE_URL
