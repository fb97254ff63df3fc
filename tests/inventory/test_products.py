"""Products with all that hangs on them, over the wire."""

from decimal import Decimal
from pathlib import Path

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import NotFound
from ecwid_async.models.images import AsyncImageAltDraft, AsyncImageDraft
from ecwid_async.models.product_files import ProductFileDraft
from ecwid_async.models.product_media import ProductMainMediaDraft, ProductMediaDraft
from ecwid_async.models.product_options import ProductOptionChoice, SizeOption
from ecwid_async.models.products import ProductDraft
from ecwid_async.models.variations import VariationDraft, VariationOption
from tests.inventory.pictures import ADDRESS, PNG

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
SIZES = SizeOption(
    name="Größe / size", choices=[ProductOptionChoice(text=text) for text in ("S", "M", "L")], required=False
)


@pytest.fixture
async def product(store: Store) -> int:
    draft = ProductDraft(name="Tea pot", sku="POT-1", price=Decimal("12.50"), quantity=5, options=[SIZES])
    made = await store.products.create(draft)
    assert made.id is not None
    return made.id


async def test_products(store: Store, product: int) -> None:
    read = await store.products.get(product)
    assert (read.sku, read.price, read.quantity) == ("POT-1", Decimal("12.50"), 5)
    [size] = read.options
    assert isinstance(size, SizeOption)
    assert (size.name, [choice.text for choice in size.choices]) == (SIZES.name, ["S", "M", "L"])
    result = await store.products.update(product, ProductDraft(name="Pot", price=Decimal("9.99")), return_item=True)
    assert result.update_count == 1
    assert [one.name for one in await store.products.search(sku="POT-1").all()] == ["Pot"]
    assert [one.id for one in await store.products.search(keyword="Pot", price_to=10).all()] == [product]
    assert (await store.products.inventory.adjust(product, -7)).update_count == 1
    assert (await store.products.get(product)).quantity == -2
    assert (await store.products.delete(product)).delete_count == 1
    with pytest.raises(NotFound):
        await store.products.get(product)
    assert [one.id for one in await store.products.deleted().all()] == [product]


async def test_all_products_can_be_deleted(store: Store) -> None:
    before = await store.products.search().count()
    assert before > 0
    await store.products.delete_all(confirm=True)
    assert await store.products.search().count() == 0
    assert await store.products.deleted().count() == before


async def test_filters_are_computed_from_the_catalogue(store: Store) -> None:
    total = await store.products.search(enabled=True).count()
    posted = await store.products.filters(
        ["price", "inventory", "categories", "onsale", "attribute_Brand", "option_Size"], enabled=True
    )
    asked = await store.products.facets(["price", "categories", "option_Size"], enabled=True)
    assert (posted.product_count, asked.product_count) == (total, total)
    assert posted.filters.price.min_value <= posted.filters.price.max_value
    assert posted.filters.categories.values
    assert asked.filters.options
    assert posted.filters.attributes


async def test_variations(store: Store, product: int) -> None:
    variations = store.products.variations
    size = [VariationOption(name=SIZES.name, value="S")]
    draft = VariationDraft(options=size, price=Decimal("7.25"), quantity=3, sku="POT-1-S")
    made = (await variations.create(product, draft)).id
    read = await variations.get(product, made)
    assert (read.sku, read.price, read.quantity) == ("POT-1-S", Decimal("7.25"), 3)
    assert (await variations.update(product, made, VariationDraft(price=8))).update_count == 1
    assert (await variations.inventory.adjust(product, made, -4)).update_count == 1
    assert [(one.price, one.quantity) for one in await variations.search(product)] == [(8, -1)]

    assert (await variations.images.upload(product, made, PNG)).id
    assert (await variations.get(product, made)).original_image_url
    assert (await variations.images.delete(product, made)).delete_count == 1
    assert (await variations.get(product, made)).original_image_url is None
    alt = AsyncImageAltDraft(main="Pot", translated={"de": "Kanne"})
    image = AsyncImageDraft(url=ADDRESS, width=640, height=480, alt=alt)
    assert (await variations.images.upload_async(product, made, image)).id
    [shown] = (await store.products.search(sku="POT-1-S").all())[0].combinations
    assert (shown.alt.main, shown.alt.translated) == ("Pot", {"de": "Kanne"})
    assert (await variations.images.upload(product, made, external_url=ADDRESS)).id

    medium = VariationDraft(options=[VariationOption(name=SIZES.name, value="M")])
    other = (await variations.create(product, medium)).id
    assert (await variations.delete(product, made)).delete_count == 1
    assert [one.id for one in await variations.search(product)] == [other]
    assert (await variations.delete_all(product, confirm=True)).delete_count == 1
    assert await variations.search(product) == []


async def test_files_go_up_and_come_down_byte_for_byte(store: Store, product: int, tmp_path: Path) -> None:
    files = store.products.files
    manual = tmp_path / "manual.pdf"
    manual.write_bytes(bytes(range(256)) * 1000)

    async def chunks():
        yield b"one "
        yield b"two"

    heard: list[tuple[int, int | None]] = []
    first = await files.upload(product, manual, file_name="manual, v2.pdf", progress=lambda *moved: heard.append(moved))
    second = await files.upload(product, b"notes", file_name="notes.txt", description="Notes")
    third = await files.upload(product, chunks(), file_name="stream.bin")
    fourth = await files.upload(product, external_url="https://example.com/a%20b.zip", file_name="a b.zip")
    assert heard[-1] == (256_000, 256_000)

    copy = tmp_path / "copy.pdf"
    assert await files.download(product, first.id).save(copy) == 256_000
    assert copy.read_bytes() == manual.read_bytes()
    assert await files.download(product, second.id).read() == b"notes"
    assert await files.download(product, third.id).read() == b"one two"

    assert (await files.update(product, second.id, ProductFileDraft(description="Changed"))).update_count == 1
    shown = {one.id: one for one in (await store.products.get(product)).files}
    assert shown.keys() == {first.id, second.id, third.id, fourth.id}
    assert (shown[first.id].name, shown[first.id].size) == ("manual, v2.pdf", 256_000)
    assert shown[second.id].description == "Changed"
    assert (await files.delete(product, second.id)).delete_count == 1
    with pytest.raises(NotFound):
        await files.download(product, second.id).read()
    assert (await files.delete_all(product, confirm=True)).delete_count == 3
    assert (await store.products.get(product)).files == []


async def test_the_main_image(store: Store, product: int, tmp_path: Path) -> None:
    path = tmp_path / "apple.png"
    path.write_bytes(PNG)
    for given in ({"source": PNG}, {"source": path}):
        assert (await store.products.images.upload(product, **given)).id
        image = (await store.products.get(product)).original_image
        assert (image.width, image.height) == (2, 3)
    assert (await store.products.images.upload(product, external_url=ADDRESS)).id
    draft = AsyncImageDraft(url=ADDRESS, width=640, height=480)
    assert (await store.products.images.upload_async(product, draft)).id
    assert (await store.products.get(product)).original_image.width == 640
    assert (await store.products.images.delete(product)).delete_count == 1
    assert (await store.products.get(product)).original_image is None


async def test_the_gallery(store: Store, product: int) -> None:
    gallery = store.products.gallery
    assert (await store.products.images.upload(product, PNG)).id
    first = await gallery.upload(product, PNG, file_name="one.png")
    assert (await gallery.upload(product, external_url=ADDRESS)).id
    draft = AsyncImageDraft(url="https://example.com/third.png", width=640, height=480)
    assert (await gallery.upload_async(product, draft)).id
    shown = (await store.products.get(product)).gallery_images
    assert [one.id for one in shown][:1] == [first.id]
    assert len(shown) == 3

    addresses = [f"https://example.com/{name}.png" for name in ("main", "second", "third")]
    main, *others = [ProductMainMediaDraft(image_url=address) for address in addresses]
    media = ProductMediaDraft(main_media=main, gallery_media=others)
    assert (await store.products.media.update(product, media)).update_count == 1
    read = await store.products.get(product)
    shown = read.gallery_images
    assert [one.original_image_url for one in shown] == addresses[1:]
    assert read.original_image.url == addresses[0]

    assert (await gallery.delete(product, shown[0].id)).delete_count == 1
    left = (await store.products.get(product)).gallery_images
    assert [one.id for one in left] == [one.id for one in shown[1:]]
    assert (await gallery.delete_all(product, confirm=True)).delete_count == len(left)
    assert (await store.products.get(product)).gallery_images == []


async def test_videos(store: Store, product: int) -> None:
    videos = store.products.gallery.videos
    made = (await videos.upload(product, VIDEO)).id
    read = await videos.get(product, made)
    assert (read.id, read.url) == (made, VIDEO)
    assert (await videos.upload_cover(product, made, PNG)).id
    assert (await videos.upload_cover(product, made, external_url=ADDRESS)).id
    assert [one.id for one in (await store.products.get(product)).media.videos] == [made]
    assert (await videos.delete(product, made)).delete_count == 1
    with pytest.raises(NotFound):
        await videos.get(product, made)

    assert (await store.products.videos.upload(product, VIDEO)).id
    assert len((await store.products.get(product)).media.videos) == 1
    assert (await store.products.videos.delete(product)).delete_count == 1
    assert (await store.products.get(product)).media.videos == []
