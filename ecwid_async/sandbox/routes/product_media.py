"""All media of a product in one request: ``/products/{productId}/media``."""

from ecwid_async.sandbox.computed_fields import check_url, image_urls
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.routes.support.image_uploads import new_image_id, new_video_id
from ecwid_async.sandbox.routes.support.product_media_storage import media_of, new_video, save_media, set_main_video
from ecwid_async.sandbox.routes.support.product_storage import find_product
from ecwid_async.sandbox.state import Item

__all__: list[str] = []


@route("PUT /products/{productId}/media")
def update_product_media(request: StoreRequest) -> Result:
    """Replace all media by those at the given URLs: the main image or video and the gallery, in the given order."""
    item, change = find_product(request), request.json
    images, videos = media_of(item)
    new_images: list[Item] = []
    videos.clear()
    main = change.get("mainMedia") or {}
    set_main_video(request, item, None)
    for position, medium in enumerate([main, *(change.get("galleryMedia") or ())]):
        if medium.get("imageUrl"):
            image_id = new_image_id(request.store)
            urls = image_urls(request.store, image_id, check_url(medium["imageUrl"]))
            listed_id = "0" if medium is main else str(image_id)
            new_images.append({"id": listed_id, **urls, "alt": {"translated": {}}, "orderBy": position})
        if medium.get("videoUrl"):
            video = new_video(request, new_video_id(request.store), medium["videoUrl"])
            if medium is main:
                set_main_video(request, item, video)
            else:
                videos.append(video)
    images[:] = new_images
    save_media(request, item)
    return {"updateCount": 1}
