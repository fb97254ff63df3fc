"""All media of a product in one request: ``/products/{productId}/media``."""

from ecwid_async.sandbox.computed_fields import check_url, image_urls
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import new_image_id, new_video_id
from ecwid_async.sandbox.routes.support.product_media import media_of, new_video, save_media, set_main_video
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("PUT /products/{productId}/media")
def update_product_media(request: StoreRequest) -> Result:
    """Replace all media, given by address: the main one and the gallery, in the given order."""
    item, change = find_product(request), request.json
    images, videos = media_of(item)
    given_images: list[Item] = []
    videos.clear()
    main = change.get("mainMedia") or {}
    set_main_video(request, item, None)
    for position, given in enumerate([main, *(change.get("galleryMedia") or ())]):
        if given.get("imageUrl"):
            number = new_image_id(request.store)
            place: Item = {"orderBy": position, "id": "0"} if given is main else {"orderBy": position}
            urls = image_urls(request.store, number, check_url(given["imageUrl"]))
            given_images.append({"id": str(number), **urls, "alt": {"translated": {}}, **place})
        if given.get("videoUrl"):
            video = new_video(request, new_video_id(request.store), given["videoUrl"])
            if given is main:
                set_main_video(request, item, video)
            else:
                videos.append(video)
    images[:] = given_images
    save_media(request, item)
    return {"updateCount": 1}
