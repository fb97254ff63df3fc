"""Helpers that create products and read fields of them."""


def create_product(api, **fields):
    return api.post("/products", {"name": "Thing", **fields})["id"]


def read_fields(api, product_id, fields):
    return api.get(f"/products/{product_id}", responseFields=fields)


def product_ids(api, **params):
    return [item["id"] for item in api.all("/products", **params)]


def image_body(url):
    return {"url": url, "width": "10", "height": "10"}


def image_list(api, product_id):
    """The id, the last character of the URL, and ``isMain`` of each image."""
    images = read_fields(api, product_id, "media(images(id,imageOriginalUrl,isMain,orderBy))")["media"]["images"]
    assert [image["orderBy"] for image in images] == list(range(len(images)))
    return [(image["id"], image["imageOriginalUrl"][-1], image["isMain"]) for image in images]
