"""Creating products and reading parts of them."""


def create_product(api, **fields):
    return api.post("/products", {"name": "Thing", **fields})["id"]


def read_fields(api, number, fields):
    return api.get(f"/products/{number}", responseFields=fields)


def product_ids(api, **params):
    return [item["id"] for item in api.all("/products", **params)]


def upload(url):
    return {"url": url, "width": "10", "height": "10"}


def image_list(api, number):
    images = read_fields(api, number, "media(images(id,imageOriginalUrl,isMain,orderBy))")["media"]["images"]
    assert [image["orderBy"] for image in images] == list(range(len(images)))
    return [(image["id"], image["imageOriginalUrl"][-1], image["isMain"]) for image in images]
