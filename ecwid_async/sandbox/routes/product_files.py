"""Files that come with a product, as e-goods do: ``/products/{productId}/files``."""

from typing import Final

from ecwid_async.sandbox.computed_fields import check_url, new_file_number
from ecwid_async.sandbox.engine import Answer, Media, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.products import keep, product
from ecwid_async.sandbox.routes.shared import updated
from ecwid_async.sandbox.state import Item, uploads_of

__all__: list[str] = []

_MOST_MADE_UP: Final = 16 * 1024 * 1024


@route("POST /products/{productId}/files")
def upload_product_file(visit: Visit) -> Answer:
    """One more file, behind the others: the body, or what ``externalUrl`` names.

    Nothing is fetched from an address: such a file holds the address itself.
    """
    item = product(visit)
    content = visit.body
    if "externalUrl" in visit.params:
        content = f"{check_url(visit.params['externalUrl'])}\n".encode()
    elif not content:
        raise Refusal.wrong("Send the file as the body, or its address as the parameter 'externalUrl'")
    number = new_file_number(visit.store)
    file = {
        "id": number,
        "name": visit.params["fileName"],
        "description": visit.params.get("description", ""),
        "size": len(content),
        "adminUrl": f"https://app.ecwid.com/api/v3/{visit.store.id}/products/{item['id']}/files/{number}",
    }
    uploads_of(visit.store).keep(file["adminUrl"], content)
    item["files"] = [*(item.get("files") or ()), file]
    keep(visit, updated(visit, item, {}))
    return {"id": number}


@route("GET /products/{productId}/files/{fileId}")
def download_product_file(visit: Visit) -> Answer:
    """The bytes as they were uploaded; those of a demo store's file repeat its name up to its size."""
    file = _file(visit, product(visit))
    content = uploads_of(visit.store).get(file.get("adminUrl", ""))
    if content is None:
        line, size = f"{file.get('name')}\n".encode(), min(file.get("size") or 0, _MOST_MADE_UP)
        content = (line * (size // len(line) + 1))[: max(0, size)]
    return Media("application/octet-stream", content)


@route("PUT /products/{productId}/files/{fileId}")
def update_product_file(visit: Visit) -> Answer:
    """The description of a file."""
    item = product(visit)
    _file(visit, item).update({k: v for k, v in visit.document.items() if v is not None})
    keep(visit, updated(visit, item, {}))
    return {"updateCount": 1}


@route("DELETE /products/{productId}/files/{fileId}")
def delete_product_file(visit: Visit) -> Answer:
    """One file."""
    item = product(visit)
    file = _file(visit, item)
    _delete(visit, item, [file])
    return {"deleteCount": 1}


@route("DELETE /products/{productId}/files")
def delete_all_product_files(visit: Visit) -> Answer:
    """All files; tells how many there were."""
    item = product(visit)
    files = list(item.get("files") or ())
    _delete(visit, item, files)
    return {"deleteCount": len(files)}


def _delete(visit: Visit, item: Item, gone: list[Item]) -> None:
    item["files"] = [file for file in item.get("files") or () if file not in gone]
    keep(visit, updated(visit, item, {}))


def _file(visit: Visit, item: Item) -> Item:
    number = visit.id("fileId")
    files: list[Item] = item.get("files") or []
    for file in files:
        if file["id"] == number:
            return file
    raise Refusal(404, "FILE_NOT_FOUND", f"File #{number} not found")
