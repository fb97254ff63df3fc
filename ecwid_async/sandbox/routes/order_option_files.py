"""Files that a buyer attaches to an ordered item: ``/orders/{orderId}/items/{itemId}/options/{optionName}``."""

from typing import Final
from urllib.parse import quote, urlsplit

from ecwid_async.sandbox.computed_fields import check_url
from ecwid_async.sandbox.engine import Result, StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes.support.order_storage import find_order, save_changed_order
from ecwid_async.sandbox.state import Item, uploads_of

__all__: list[str] = []

_OPTION_PATH: Final = "/orders/{orderId}/items/{itemId}/options/{optionName}"
_FIRST_FILE_ID: Final = 57_000_001


@route(f"POST {_OPTION_PATH}")
def upload_order_option_file(request: StoreRequest) -> Result:
    """Add a file: the body, or the file at ``externalUrl``.

    A URL is not downloaded: the stored content is the URL itself.
    """
    order = find_order(request)
    option = _find_option(request, order)
    source, content = request.params.get("externalUrl"), request.body
    if source is not None:
        content = f"{check_url(source)}\n".encode()
    elif not content:
        raise ErrorResponse.wrong_parameter("Send the file as the body, or its URL as the parameter 'externalUrl'")
    file_id = request.store.next_number("order_files", _FIRST_FILE_ID)
    name = request.params.get("fileName") or urlsplit(source or "").path.rpartition("/")[2] or f"file-{file_id}"
    url = f"https://app.ecwid.com/orderfile/{request.store.id}/{file_id}/{quote(name, safe='')}"
    uploads_of(request.store).put(url, content)
    option.setdefault("files", []).append({"id": file_id, "name": name, "size": len(content), "url": url})
    save_changed_order(request, order, order)
    return {"id": file_id}


@route(f"DELETE {_OPTION_PATH}/files/{{fileId}}")
def delete_order_option_file(request: StoreRequest) -> Result:
    """Delete a file."""
    order, file_id = find_order(request), request.path_number("fileId")
    option = _find_option(request, order)
    deleted = [file for file in option.get("files") or () if file["id"] == file_id]
    if not deleted:
        raise ErrorResponse(404, "FILE_NOT_FOUND", f"File #{file_id} not found")
    return _remove_files(request, order, option, deleted)


@route(f"DELETE {_OPTION_PATH}/files")
def delete_all_order_option_files(request: StoreRequest) -> Result:
    """Delete all files of the option."""
    order = find_order(request)
    option = _find_option(request, order)
    return _remove_files(request, order, option, list(option.get("files") or ()))


def _find_option(request: StoreRequest, order: Item) -> Item:
    """The option identified by the path. Raises `ErrorResponse` if it does not exist or does not accept files."""
    item_id, name = request.path_number("itemId"), request.path_params["optionName"]
    line: Item | None = next((line for line in order.get("items") or () if line.get("id") == item_id), None)
    if line is None:
        raise ErrorResponse(404, "NOT_FOUND", f"The order has no item #{item_id}")
    option: Item | None = next(
        (option for option in line.get("selectedOptions") or () if option.get("name") == name), None
    )
    if option is None:
        raise ErrorResponse(404, "NOT_FOUND", f"Item #{item_id} has no option {name!r}")
    if option.get("type") != "FILES":
        raise ErrorResponse(
            400, "OPTIONS_IS_NOT_FILES_TYPE", f"Option {name!r} is of type {option.get('type')}, not FILES"
        )
    return option


def _remove_files(request: StoreRequest, order: Item, option: Item, deleted: list[Item]) -> Result:
    uploads_of(request.store).discard(file.get("url", "") for file in deleted)
    kept = [file for file in option.get("files") or () if file not in deleted]
    if kept:
        option["files"] = kept
    else:
        option.pop("files", None)
    save_changed_order(request, order, order)
    return {"deleteCount": len(deleted)}
