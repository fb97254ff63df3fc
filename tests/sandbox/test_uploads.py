"""Uploads: images in all their sizes, files byte for byte, and their deletion with the item that they belong to."""

import struct
from urllib.parse import urlencode

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.state import MAX_IMAGE_BYTES, uploads_of
from ecwid_async.wire import Headers, Options, Request
from tests.sandbox.api import Api, Clock
from tests.sandbox.images import png


@pytest.fixture
def api():
    sandbox = Sandbox(clock=Clock(), requests_per_minute=None)
    sandbox.add_store(1003, token="t")
    return Api(sandbox, store_id=1003, token="t")


@pytest.fixture
def product(api):
    return f"/products/{api.post('/products', {'name': 'Lamp'})['id']}"


@pytest.fixture
def category(api):
    return f"/categories/{api.post('/categories', {'name': 'Lamps'})['id']}"


def uploads(api):
    return uploads_of(api.store)


# Product images and videos.


def test_the_main_image_has_a_url_in_every_size_and_its_width_and_height(api, product):
    number = api.post(f"{product}/image", png(640, 480))["id"]
    item = api.get(product)
    assert item["originalImage"] == {"url": item["originalImageUrl"], "width": 640, "height": 480}
    assert item["originalImageUrl"].endswith(f"/{number}.png")
    assert len({item[name] for name in ("smallThumbnailUrl", "thumbnailUrl", "hdThumbnailUrl", "imageUrl")}) == 4
    [main] = item["media"]["images"]
    assert (main["id"], main["orderBy"], main["isMain"]) == ("0", 0, True)
    assert uploads(api).get(item["originalImageUrl"]) == png(640, 480)


def test_a_new_main_image_replaces_the_old_one_and_its_bytes(api, product):
    api.post(f"{product}/image", png(1, 1))
    first = api.get(product)["originalImageUrl"]
    api.post(f"{product}/image", png(2, 2))
    assert api.get(product)["originalImage"]["width"] == 2
    assert uploads(api).get(first) is None
    assert len(uploads(api)) == 1


def test_gallery_images_follow_the_main_one_and_keep_their_size(api, product):
    one = api.post(f"{product}/gallery", png(30, 20), fileName="one.png")["id"]
    api.post(f"{product}/image", png(10, 10))
    two = api.post(f"{product}/gallery", b"GIF89a" + struct.pack("<HH", 7, 5), fileName="two.gif")["id"]
    item = api.get(product)
    shown = [(image["id"], image["width"], image["height"]) for image in item["galleryImages"]]
    assert shown == [(one, 30, 20), (two, 7, 5)]
    assert [image["id"] for image in item["media"]["images"]] == ["0", str(one), str(two)]
    assert api.delete(f"{product}/gallery") == {"deleteCount": 2}
    assert [image["id"] for image in api.get(product)["media"]["images"]] == ["0"]
    assert len(uploads(api)) == 1


def test_an_image_url_may_be_sent_in_the_query_or_in_a_form(api, product):
    api.post(f"{product}/image", externalUrl="https://x.example/1.jpg")
    assert api.get(product)["originalImageUrl"] == "https://x.example/1.jpg"
    form = urlencode({"externalUrl": "https://x.example/2.jpg", "fileName": "2.jpg"}).encode()
    headers = Headers(
        (("Authorization", "Bearer t"), ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"))
    )
    path = f"/1003{product}/gallery"
    request = Request(method="POST", path=path, body=form, headers=headers, options=Options(operation="POST"))
    assert api.sandbox.handle(request).status == 200
    assert api.get(product)["galleryImages"][0]["url"] == "https://x.example/2.jpg"


@pytest.mark.parametrize("url", ["", "ftp://x.example/1", "nothing"])
def test_an_invalid_image_url_is_rejected(api, product, category, url):
    for path in (f"{product}/image", f"{product}/gallery", f"{category}/image"):
        assert api.refused("POST", path, externalUrl=url)[:2] == (422, "WRONG_URL")


@pytest.mark.parametrize("body", [None, b"", {"externalId": "a"}])
def test_the_error_for_an_empty_upload_names_the_url_parameter(api, product, body):
    for path in (f"{product}/image", f"{product}/gallery"):
        status, code, message = api.refused("POST", path, body)
        assert (status, code) == (400, "WRONG_PARAMETER")
        assert "externalUrl" in message


def test_an_image_of_more_than_20_megabytes_is_rejected(api, product, category):
    for path in (f"{product}/image", f"{product}/gallery", f"{category}/image"):
        assert api.refused("POST", path, bytes(MAX_IMAGE_BYTES + 1))[:2] == (400, "INCORRECT_IMAGE_SIZE")
    assert api.get(product)["media"]["images"] == []
    assert len(uploads(api)) == 0


def test_an_external_id_can_be_used_once_per_product(api, product):
    api.post(f"{product}/gallery", {"externalId": "a"}, externalUrl="https://x.example/1")
    again = api.refused("POST", f"{product}/gallery", {"externalId": "a"}, externalUrl="https://x.example/2")
    assert again[:2] == (409, "EXTERNAL_ID_ALREADY_USED")
    assert [image["externalId"] for image in api.get(product)["media"]["images"]] == ["a"]


@pytest.mark.parametrize("size", [{}, {"width": 10}, {"width": "10", "height": "x"}, {"width": 0, "height": 1}])
def test_an_asynchronous_upload_needs_width_and_height(api, product, size):
    body = {"url": "https://x.example/1", **size}
    assert api.refused("POST", f"{product}/image/async", body)[:2] == (400, "WRONG_PARAMETER")


def test_an_asynchronous_upload_has_the_announced_size(api, product):
    body = {"url": "https://x.example/1", "width": 300, "height": "200", "alt": {"main": "Lamp"}}
    api.post(f"{product}/image/async", body)
    item = api.get(product)
    assert item["originalImage"] == {"url": "https://x.example/1", "width": 300, "height": 200}
    assert item["media"]["images"][0]["alt"]["main"] == "Lamp"


def test_a_video_cover_can_be_replaced(api, product):
    video = api.post(f"{product}/gallery/video", {"url": "https://vimeo.com/2"})["id"]
    cover = api.call("PUT", f"{product}/gallery/video/{video}", png(4, 4))["id"]
    shown = api.get(f"{product}/gallery/video/{video}")
    assert shown["videoCoverId"] == cover != video
    assert str(cover) in shown["image400pxUrl"]
    [video] = api.get(product)["media"]["videos"]
    assert {name: video[name] for name in shown} == shown
    assert uploads(api).get(video["imageOriginalUrl"]) == png(4, 4)


def test_deleting_a_video_by_either_path_deletes_its_cover(api, product):
    for path in ("gallery/video", "gallery"):
        video = api.post(f"{product}/gallery/video", {"url": "https://vimeo.com/2"})["id"]
        api.call("PUT", f"{product}/gallery/video/{video}", png(4, 4))
        assert api.delete(f"{product}/{path}/{video}") == {"deleteCount": 1}
        assert api.get(product)["media"]["videos"] == []
        assert len(uploads(api)) == 0
        assert api.refused("DELETE", f"{product}/{path}/{video}")[0] == 404


def test_video_ids_fit_32_bits(api, product):
    video = api.post(f"{product}/video", {"url": "https://vimeo.com/2"})["id"]
    assert video < 2**31
    assert api.delete(f"{product}/gallery/{video}") == {"deleteCount": 1}
    assert api.refused("DELETE", f"{product}/video")[:2] == (404, "VIDEO_NOT_FOUND")


# Category images.


def test_a_category_thumbnail_has_the_id_of_the_latest_upload(api, category):
    api.post(f"{category}/image", png(1, 1))
    number = api.post(f"{category}/image", png(9, 8))["id"]
    item = api.get(category)
    assert item["thumbnailUrl"].endswith(f"/{number}.png")
    assert item["originalImage"] == {"url": item["originalImageUrl"], "width": 9, "height": 8}
    assert len(uploads(api)) == 1
    assert api.delete(f"{category}/image") == {"deleteCount": 1}
    assert not {"thumbnailUrl", "hdThumbnailUrl", "originalImageUrl", "originalImage"} & api.get(category).keys()
    assert len(uploads(api)) == 0


# Product files.


def test_a_file_is_downloaded_byte_for_byte(api, product):
    content = bytes(range(256)) * 40
    number = api.post(f"{product}/files", content, fileName="Handbuch é.pdf", description="Draft")["id"]
    response = api.send("GET", f"{product}/files/{number}")
    assert response.body == content
    assert response.headers["Content-Type"] == "application/octet-stream"
    [file] = api.get(product)["files"]
    assert (file["id"], file["name"], file["description"]) == (number, "Handbuch é.pdf", "Draft")
    assert file["size"] == len(content)


def test_files_are_in_order_of_upload_and_their_bytes_are_deleted_with_them(api, product):
    one = api.post(f"{product}/files", b"1", fileName="1")["id"]
    two = api.post(f"{product}/files", externalUrl="https://x.example/2", fileName="2")["id"]
    assert [file["id"] for file in api.get(product)["files"]] == [one, two]
    assert b"https://x.example/2" in api.send("GET", f"{product}/files/{two}").body
    assert api.delete(f"{product}/files/{one}") == {"deleteCount": 1}
    assert api.refused("GET", f"{product}/files/{one}")[:2] == (404, "FILE_NOT_FOUND")
    assert api.delete(f"{product}/files") == {"deleteCount": 1}
    assert api.get(product)["files"] == []
    assert uploads(api).size == 0


def test_a_loaded_file_has_its_stated_size(api):
    files = [{"id": 1, "name": "x.pdf", "size": 1000}]
    api.store.load("products", [{"id": 5, "name": "x", "files": files}])
    assert len(api.send("GET", "/products/5/files/1").body) == 1000


def test_a_file_needs_a_name(api, product):
    assert api.refused("POST", f"{product}/files", b"1")[:2] == (400, "WRONG_PARAMETER")


def test_uploads_are_deleted_with_their_product(api, product):
    api.post(f"{product}/files", b"1", fileName="1")
    api.post(f"{product}/image", png(1, 1))
    api.delete(product)
    assert (len(uploads(api)), uploads(api).size) == (0, 0)


def test_uploads_are_deleted_when_an_update_removes_them(api, product):
    api.post(f"{product}/files", b"1", fileName="1")
    api.post(f"{product}/image", png(1, 1))
    api.put(product, {"files": [], "name": "Lamp 2"})
    assert len(uploads(api)) == 1
    api.put(f"{product}/media", {"mainMedia": {"imageUrl": api.get(product)["originalImageUrl"]}})
    assert len(uploads(api)) == 1
    error = api.refused("PUT", f"{product}/media", {"galleryMedia": [{"imageUrl": "nothing"}]})
    assert (error[0], len(uploads(api))) == (422, 1)
    api.put(f"{product}/media", {})
    assert len(uploads(api)) == 0


def test_a_file_beyond_the_capacity_is_rejected_and_the_others_stay(api, product):
    uploads(api).capacity = 10
    number = api.post(f"{product}/files", b"1234567", fileName="1")["id"]
    error = api.refused("POST", f"{product}/files", b"1234567", fileName="2")
    assert error[:2] == (402, "NOT_AVAILABLE_ON_CURRENT_PLAN")
    assert "delete some" in error[2]
    assert [file["id"] for file in api.get(product)["files"]] == [number]
    api.delete(f"{product}/files/{number}")
    api.post(f"{product}/files", b"1234567", fileName="2")
