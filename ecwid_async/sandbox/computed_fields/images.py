"""Product images and videos: their URLs in every size, and the image fields derived from ``media``."""

from collections.abc import Mapping
from typing import Final

from ecwid_async.sandbox.state import Item, Store, parse_number

__all__ = ["MAIN_IMAGE_FIELDS", "complete_media", "image_urls", "new_file_id", "set_image_fields"]

_HOST: Final = "https://images.demo-store.example/images"
_DEFAULT_SIZE: Final = {"width": 1200, "height": 1200}
_FIRST_FILE_ID: Final = 97_000_001

MAIN_IMAGE_FIELDS: Final = {
    "thumbnailUrl": "image400pxUrl",
    "imageUrl": "image1500pxUrl",
    "smallThumbnailUrl": "image160pxUrl",
    "hdThumbnailUrl": "image800pxUrl",
    "originalImageUrl": "imageOriginalUrl",
}
"""The fields with the URLs of a main image: the name in a product or variation, and the name in ``media``."""


def image_urls(store: Store, number: int, original: str | None = None, *, extension: str = "jpg") -> dict[str, str]:
    """The URLs of an image in all sizes. `original` is the URL that it was fetched from."""
    base = f"{_HOST}/{store.id}/{number}"
    sizes = {f"image{size}pxUrl": f"{base}-{size}.{extension}" for size in (160, 400, 800, 1500)}
    return {**sizes, "imageOriginalUrl": original or f"{base}.{extension}"}


def new_file_id(store: Store) -> int:
    """The id of a new product file, from one counter for the whole store."""
    return store.next_number("product_files", _FIRST_FILE_ID)


def complete_media(store: Store, item: Item) -> None:
    """Add ids and the URLs of every size to images and videos that were sent with only their own URL."""
    media = item["media"]
    for kind, url_field in (("images", "imageOriginalUrl"), ("videos", "url")):
        entries = [entry for entry in media.get(kind) or () if entry.get(url_field)]
        numbers = [parse_number(str(entry.get("id"))) for entry in entries]
        unused = max((number for number in numbers if number is not None), default=item["id"]) + 1
        for at, (entry, number) in enumerate(zip(entries, numbers, strict=True)):
            if number is None or number in numbers[:at]:
                number, unused = unused, unused + 1
            entry["id"] = str(number) if kind == "images" else number
            urls = image_urls(store, number or item["id"], entry.get("imageOriginalUrl"))
            entry |= {name: url for name, url in urls.items() if not entry.get(name)}
        media[kind] = entries


def set_image_fields(item: Item, sizes: Mapping[str, Mapping[str, int]] | None = None) -> None:
    """Derive all other image fields of a product from ``media.images``.

    Images are sorted by ``orderBy``. The main image is the first one and has the id ``0``: if another image was moved
    before it, that image becomes the main one, and the former main image gets a new id. `sizes` contains the width and
    height of new images by URL.
    """
    shown = (item.get("originalImage"), *(item.get("galleryImages") or ()))
    known = {
        old["url"]: {name: old.get(name, default) for name, default in _DEFAULT_SIZE.items()}
        for old in shown
        if old and "url" in old
    }
    known |= {url: {name: size[name] for name in _DEFAULT_SIZE} for url, size in (sizes or {}).items()}
    images = sorted(item["media"].get("images") or (), key=lambda image: image.get("orderBy") or 0)
    main = next((image for image in images if image["id"] == "0"), None)
    if main is not None and main is not images[0]:
        main["id"] = str(max(item["id"], *(int(image["id"]) for image in images)) + 1)
        images[0]["id"] = "0"
    for order, image in enumerate(images):
        image |= {"orderBy": order, "isMain": image["id"] == "0"}
    item["media"]["images"] = images
    for name in (*MAIN_IMAGE_FIELDS, "originalImage"):
        item.pop(name, None)
    if main is not None:
        item |= {name: images[0][source] for name, source in MAIN_IMAGE_FIELDS.items()}
        item["originalImage"] = {"url": item["originalImageUrl"], **known.get(item["originalImageUrl"], _DEFAULT_SIZE)}
    gallery = (image for image in images if image["id"] != "0")
    item["galleryImages"] = [
        _gallery_image(image, known.get(image["imageOriginalUrl"], _DEFAULT_SIZE)) for image in gallery
    ]


def _gallery_image(image: Item, size: Mapping[str, int]) -> Item:
    return {
        "id": int(image["id"]),
        "url": image["imageOriginalUrl"],
        "thumbnail": image["image400pxUrl"],
        **{name: image[source] for name, source in MAIN_IMAGE_FIELDS.items()},
        **size,
        "orderBy": image["orderBy"],
    }
