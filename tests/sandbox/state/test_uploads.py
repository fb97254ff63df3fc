"""What is uploaded is kept, shown in all its sizes, given back byte for byte, and forgotten with its owner."""

import struct
import zlib
from urllib.parse import urlencode

import pytest

from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.state import MAX_IMAGE_BYTES, ImageInfo, read_image_info, uploads_of
from ecwid_async.wire import Headers, Options, Request
from tests.sandbox.api import Api, Clock


def png(width, height):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x20\x40\x60" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


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


def files(api):
    return uploads_of(api.store)


# Pictures of products.


def test_the_main_image_shows_in_every_size_with_its_measures(api, product):
    number = api.post(f"{product}/image", png(640, 480))["id"]
    item = api.get(product)
    assert item["originalImage"] == {"url": item["originalImageUrl"], "width": 640, "height": 480}
    assert item["originalImageUrl"].endswith(f"/{number}.png")
    assert len({item[name] for name in ("smallThumbnailUrl", "thumbnailUrl", "hdThumbnailUrl", "imageUrl")}) == 4
    [main] = item["media"]["images"]
    assert (main["id"], main["orderBy"], main["isMain"]) == ("0", 0, True)
    assert files(api).get(item["originalImageUrl"]) == png(640, 480)


def test_the_last_main_image_wins_and_the_one_before_is_forgotten(api, product):
    api.post(f"{product}/image", png(1, 1))
    first = api.get(product)["originalImageUrl"]
    api.post(f"{product}/image", png(2, 2))
    assert api.get(product)["originalImage"]["width"] == 2
    assert files(api).get(first) is None
    assert len(files(api)) == 1


def test_gallery_images_stand_behind_the_main_one_and_keep_their_measures(api, product):
    one = api.post(f"{product}/gallery", png(30, 20), fileName="one.png")["id"]
    api.post(f"{product}/image", png(10, 10))
    two = api.post(f"{product}/gallery", b"GIF89a" + struct.pack("<HH", 7, 5), fileName="two.gif")["id"]
    item = api.get(product)
    shown = [(image["id"], image["width"], image["height"]) for image in item["galleryImages"]]
    assert shown == [(one, 30, 20), (two, 7, 5)]
    assert [image["id"] for image in item["media"]["images"]] == ["0", str(one), str(two)]
    assert api.delete(f"{product}/gallery") == {"deleteCount": 2}
    assert [image["id"] for image in api.get(product)["media"]["images"]] == ["0"]
    assert len(files(api)) == 1


def test_a_picture_may_come_by_address_in_query_or_form(api, product):
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
def test_an_address_that_is_none_is_refused(api, product, category, url):
    for path in (f"{product}/image", f"{product}/gallery", f"{category}/image"):
        assert api.refused("POST", path, externalUrl=url)[:2] == (422, "WRONG_URL")


@pytest.mark.parametrize("body", [None, b"", {"externalId": "a"}])
def test_an_upload_of_nothing_says_what_to_send(api, product, body):
    for path in (f"{product}/image", f"{product}/gallery"):
        status, code, message = api.refused("POST", path, body)
        assert (status, code) == (400, "WRONG_PARAMETER")
        assert "externalUrl" in message


def test_a_picture_of_more_than_20_megabytes_is_refused(api, product, category):
    for path in (f"{product}/image", f"{product}/gallery", f"{category}/image"):
        assert api.refused("POST", path, bytes(MAX_IMAGE_BYTES + 1))[:2] == (400, "INCORRECT_IMAGE_SIZE")
    assert api.get(product)["media"]["images"] == []
    assert len(files(api)) == 0


def test_an_external_id_names_one_picture_of_a_product(api, product):
    api.post(f"{product}/gallery", {"externalId": "a"}, externalUrl="https://x.example/1")
    again = api.refused("POST", f"{product}/gallery", {"externalId": "a"}, externalUrl="https://x.example/2")
    assert again[:2] == (409, "EXTERNAL_ID_ALREADY_USED")
    assert [image["externalId"] for image in api.get(product)["media"]["images"]] == ["a"]


@pytest.mark.parametrize("measure", [{}, {"width": 10}, {"width": "10", "height": "x"}, {"width": 0, "height": 1}])
def test_an_asynchronous_upload_needs_width_and_height(api, product, measure):
    body = {"url": "https://x.example/1", **measure}
    assert api.refused("POST", f"{product}/image/async", body)[:2] == (400, "WRONG_PARAMETER")


def test_an_asynchronous_upload_shows_the_announced_measures(api, product):
    body = {"url": "https://x.example/1", "width": 300, "height": "200", "alt": {"main": "Lamp"}}
    api.post(f"{product}/image/async", body)
    item = api.get(product)
    assert item["originalImage"] == {"url": "https://x.example/1", "width": 300, "height": 200}
    assert item["media"]["images"][0]["alt"]["main"] == "Lamp"


def test_a_video_gets_another_cover(api, product):
    video = api.post(f"{product}/gallery/video", {"url": "https://vimeo.com/2"})["id"]
    cover = api.call("PUT", f"{product}/gallery/video/{video}", png(4, 4))["id"]
    shown = api.get(f"{product}/gallery/video/{video}")
    assert shown["videoCoverId"] == cover != video
    assert str(cover) in shown["image400pxUrl"]
    [video] = api.get(product)["media"]["videos"]
    assert {name: video[name] for name in shown} == shown
    assert files(api).get(video["imageOriginalUrl"]) == png(4, 4)


def test_a_video_is_deleted_by_either_path_with_its_cover(api, product):
    for path in ("gallery/video", "gallery"):
        video = api.post(f"{product}/gallery/video", {"url": "https://vimeo.com/2"})["id"]
        api.call("PUT", f"{product}/gallery/video/{video}", png(4, 4))
        assert api.delete(f"{product}/{path}/{video}") == {"deleteCount": 1}
        assert api.get(product)["media"]["videos"] == []
        assert len(files(api)) == 0
        assert api.refused("DELETE", f"{product}/{path}/{video}")[0] == 404


def test_numbers_of_videos_fit_32_bits(api, product):
    video = api.post(f"{product}/video", {"url": "https://vimeo.com/2"})["id"]
    assert video < 2**31
    assert api.delete(f"{product}/gallery/{video}") == {"deleteCount": 1}
    assert api.refused("DELETE", f"{product}/video")[:2] == (404, "VIDEO_NOT_FOUND")


# Pictures of categories.


def test_a_categorys_thumbnail_bears_the_number_of_the_last_upload(api, category):
    api.post(f"{category}/image", png(1, 1))
    number = api.post(f"{category}/image", png(9, 8))["id"]
    item = api.get(category)
    assert item["thumbnailUrl"].endswith(f"/{number}.png")
    assert item["originalImage"] == {"url": item["originalImageUrl"], "width": 9, "height": 8}
    assert len(files(api)) == 1
    assert api.delete(f"{category}/image") == {"deleteCount": 1}
    assert not {"thumbnailUrl", "hdThumbnailUrl", "originalImageUrl", "originalImage"} & api.get(category).keys()
    assert len(files(api)) == 0


# Files of products.


def test_a_file_comes_back_byte_for_byte(api, product):
    content = bytes(range(256)) * 40
    number = api.post(f"{product}/files", content, fileName="Handbuch é.pdf", description="Draft")["id"]
    response = api.send("GET", f"{product}/files/{number}")
    assert response.body == content
    assert response.headers["Content-Type"] == "application/octet-stream"
    [file] = api.get(product)["files"]
    assert (file["id"], file["name"], file["description"]) == (number, "Handbuch é.pdf", "Draft")
    assert file["size"] == len(content)


def test_files_are_listed_in_order_of_upload_and_deleted_with_their_bytes(api, product):
    one = api.post(f"{product}/files", b"1", fileName="1")["id"]
    two = api.post(f"{product}/files", externalUrl="https://x.example/2", fileName="2")["id"]
    assert [file["id"] for file in api.get(product)["files"]] == [one, two]
    assert b"https://x.example/2" in api.send("GET", f"{product}/files/{two}").body
    assert api.delete(f"{product}/files/{one}") == {"deleteCount": 1}
    assert api.refused("GET", f"{product}/files/{one}")[:2] == (404, "FILE_NOT_FOUND")
    assert api.delete(f"{product}/files") == {"deleteCount": 1}
    assert api.get(product)["files"] == []
    assert files(api).size == 0


def test_a_demo_file_has_the_size_it_tells_of(api):
    files = [{"id": 1, "name": "x.pdf", "size": 1000}]
    api.store.load("products", [{"id": 5, "name": "x", "files": files}])
    assert len(api.send("GET", "/products/5/files/1").body) == 1000


def test_a_file_needs_a_name(api, product):
    assert api.refused("POST", f"{product}/files", b"1")[:2] == (400, "WRONG_PARAMETER")


def test_bytes_are_forgotten_with_their_product(api, product):
    api.post(f"{product}/files", b"1", fileName="1")
    api.post(f"{product}/image", png(1, 1))
    api.delete(product)
    assert (len(files(api)), files(api).size) == (0, 0)


def test_bytes_are_forgotten_with_what_an_update_takes_away(api, product):
    api.post(f"{product}/files", b"1", fileName="1")
    api.post(f"{product}/image", png(1, 1))
    api.put(product, {"files": [], "name": "Lamp 2"})
    assert len(files(api)) == 1
    api.put(f"{product}/media", {"mainMedia": {"imageUrl": api.get(product)["originalImageUrl"]}})
    assert len(files(api)) == 1
    refusal = api.refused("PUT", f"{product}/media", {"galleryMedia": [{"imageUrl": "nothing"}]})
    assert (refusal[0], len(files(api))) == (422, 1)
    api.put(f"{product}/media", {})
    assert len(files(api)) == 0


def test_what_finds_no_room_is_refused_and_the_rest_stays(api, product):
    files(api).capacity = 10
    number = api.post(f"{product}/files", b"1234567", fileName="1")["id"]
    refusal = api.refused("POST", f"{product}/files", b"1234567", fileName="2")
    assert refusal[:2] == (402, "NOT_AVAILABLE_ON_CURRENT_PLAN")
    assert "delete some" in refusal[2]
    assert [file["id"] for file in api.get(product)["files"]] == [number]
    api.delete(f"{product}/files/{number}")
    api.post(f"{product}/files", b"1234567", fileName="2")


# What pictures say of themselves.

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x21\x00\x2c\x03"
WEBP = b"RIFF\0\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0"


@pytest.mark.parametrize(
    ("content", "picture"),
    [
        (png(3, 2), ImageInfo(3, 2, "png")),
        (JPEG, ImageInfo(44, 33, "jpg")),
        (WEBP, ImageInfo(16, 32, "webp")),
        (b"\xff\xd8\xff", ImageInfo()),
        (b"<svg/>", ImageInfo()),
    ],
)
def test_measures_are_read_from_the_picture(content, picture):
    assert read_image_info(content) == picture
