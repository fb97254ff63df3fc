"""Endpoints for variation images, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.images import AsyncImageAltDraft, AsyncImageDraft
from ecwid_async.models.variations import VariationDraft, VariationOption
from tests.endpoints.values import IMAGE_URL, PNG, SIZES


async def test_the_image_of_a_variation_is_uploaded_and_deleted(store: Store, product: int) -> None:
    variations = store.products.variations
    draft = VariationDraft(options=[VariationOption(name=SIZES.name, value="S")], sku="POT-1-S")
    variation = (await variations.create(product, draft)).id
    assert (await variations.images.upload(product, variation, PNG)).id
    assert (await variations.get(product, variation)).original_image_url
    assert (await variations.images.delete(product, variation)).delete_count == 1
    assert (await variations.get(product, variation)).original_image_url is None
    alt = AsyncImageAltDraft(main="Pot", translated={"de": "Kanne"})
    image = AsyncImageDraft(url=IMAGE_URL, width=640, height=480, alt=alt)
    assert (await variations.images.upload_async(product, variation, image)).id
    [shown] = (await store.products.search(sku="POT-1-S").all())[0].combinations
    assert (shown.alt.main, shown.alt.translated) == ("Pot", {"de": "Kanne"})
    assert (await variations.images.upload(product, variation, external_url=IMAGE_URL)).id
