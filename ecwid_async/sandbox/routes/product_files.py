"""Files of a product, such as digital goods: ``/products/{productId}/files``."""

from typing import Final

from ecwid_async.sandbox.computed_fields import check_url, new_file_id
from ecwid_async.sandbox.engine import Media, Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.items import apply_change, without_nulls
from ecwid_async.sandbox.routes.support.product_storage import find_product, save_product
from ecwid_async.sandbox.state import Item, uploads_of

__all__: list[str] = []

_MAX_GENERATED_BYTES: Final = 16 * 1024 * 1024


@route("POST /products/{productId}/files")
def upload_product_file(request: StoreRequest) -> Result:
    """Add a file after the others: the body, or the file at ``externalUrl``.

    A URL is not downloaded: the stored content is the URL itself.
    """
    item = find_product(request)
    content = request.body
    if "externalUrl" in request.params:
        content = f"{check_url(request.params['externalUrl'])}\n".encode()
    elif not content:
        raise ErrorResponse.wrong_parameter("Send the file as the body, or its URL as the parameter 'externalUrl'")
    file_id = new_file_id(request.store)
    file = {
        "id": file_id,
        "name": request.params["fileName"],
        "description": request.params.get("description", ""),
        "size": len(content),
        "adminUrl": f"https://app.ecwid.com/api/v3/{request.store.id}/products/{item['id']}/files/{file_id}",
    }
    uploads_of(request.store).put(file["adminUrl"], content)
    item["files"] = [*(item.get("files") or ()), file]
    save_product(request, apply_change(request, item, {}))
    return {"id": file_id}


@route("GET /products/{productId}/files/{fileId}")
def download_product_file(request: StoreRequest) -> Result:
    """The uploaded bytes. The content of a demo store's file is its name, repeated up to its size (at most 16 MB)."""
    file = _find_file(request, find_product(request))
    content = uploads_of(request.store).get(file.get("adminUrl", ""))
    if content is None:
        line, size = f"{file.get('name')}\n".encode(), min(file.get("size") or 0, _MAX_GENERATED_BYTES)
        content = (line * (size // len(line) + 1))[: max(0, size)]
    return Media("application/octet-stream", content)


@route("PUT /products/{productId}/files/{fileId}")
def update_product_file(request: StoreRequest) -> Result:
    """Change the description of a file."""
    item = find_product(request)
    _find_file(request, item).update(without_nulls(request.json))
    save_product(request, apply_change(request, item, {}))
    return {"updateCount": 1}


@route("DELETE /products/{productId}/files/{fileId}")
def delete_product_file(request: StoreRequest) -> Result:
    """Delete a file."""
    item = find_product(request)
    file = _find_file(request, item)
    _delete_files(request, item, [file])
    return {"deleteCount": 1}


@route("DELETE /products/{productId}/files")
def delete_all_product_files(request: StoreRequest) -> Result:
    """Delete all files of the product."""
    item = find_product(request)
    files = list(item.get("files") or ())
    _delete_files(request, item, files)
    return {"deleteCount": len(files)}


def _delete_files(request: StoreRequest, item: Item, deleted: list[Item]) -> None:
    item["files"] = [file for file in item.get("files") or () if file not in deleted]
    save_product(request, apply_change(request, item, {}))


def _find_file(request: StoreRequest, item: Item) -> Item:
    file_id = request.path_number("fileId")
    files: list[Item] = item.get("files") or []
    for file in files:
        if file["id"] == file_id:
            return file
    raise ErrorResponse(404, "FILE_NOT_FOUND", f"File #{file_id} not found")
