"""Files that a buyer adds to an ordered item: ``/orders/{orderId}/items/{itemId}/options/{optionName}``."""

from typing import Final
from urllib.parse import quote, urlsplit

from ecwid_async.sandbox.computed_fields import check_url
from ecwid_async.sandbox.engine import Answer, Visit, route
from ecwid_async.sandbox.errors import Refusal
from ecwid_async.sandbox.routes.orders import found_order, keep_changed
from ecwid_async.sandbox.state import Item, uploads_of

__all__: list[str] = []

_OPTION: Final = "/orders/{orderId}/items/{itemId}/options/{optionName}"
_FIRST_FILE: Final = 57_000_001


@route(f"POST {_OPTION}")
def upload_order_option_file(visit: Visit) -> Answer:
    """One more file: the body, or what ``externalUrl`` names.

    Nothing is fetched from an address: such a file holds the address itself.
    """
    order = found_order(visit)
    option = _option(visit, order)
    source, content = visit.params.get("externalUrl"), visit.body
    if source is not None:
        content = f"{check_url(source)}\n".encode()
    elif not content:
        raise Refusal.wrong("Send the file as the body, or its address as the parameter 'externalUrl'")
    number = visit.store.next_number("order_files", _FIRST_FILE)
    name = visit.params.get("fileName") or urlsplit(source or "").path.rpartition("/")[2] or f"file-{number}"
    url = f"https://app.ecwid.com/orderfile/{visit.store.id}/{number}/{quote(name, safe='')}"
    uploads_of(visit.store).keep(url, content)
    option.setdefault("files", []).append({"id": number, "name": name, "size": len(content), "url": url})
    keep_changed(visit, order, order)
    return {"id": number}


@route(f"DELETE {_OPTION}/files/{{fileId}}")
def delete_order_option_file(visit: Visit) -> Answer:
    """One file."""
    order, number = found_order(visit), visit.id("fileId")
    option = _option(visit, order)
    gone = [file for file in option.get("files") or () if file["id"] == number]
    if not gone:
        raise Refusal(404, "FILE_NOT_FOUND", f"File #{number} not found")
    return _without(visit, order, option, gone)


@route(f"DELETE {_OPTION}/files")
def delete_all_order_option_files(visit: Visit) -> Answer:
    """All files of the option; tells how many there were."""
    order = found_order(visit)
    option = _option(visit, order)
    return _without(visit, order, option, list(option.get("files") or ()))


def _option(visit: Visit, order: Item) -> Item:
    number, name = visit.id("itemId"), visit.ids["optionName"]
    line: Item | None = next((line for line in order.get("items") or () if line.get("id") == number), None)
    if line is None:
        raise Refusal(404, "NOT_FOUND", f"The order has no item #{number}")
    option: Item | None = next((one for one in line.get("selectedOptions") or () if one.get("name") == name), None)
    if option is None:
        raise Refusal(404, "NOT_FOUND", f"Item #{number} has no option {name!r}")
    if option.get("type") != "FILES":
        raise Refusal(400, "OPTIONS_IS_NOT_FILES_TYPE", f"Option {name!r} is of type {option.get('type')}, not FILES")
    return option


def _without(visit: Visit, order: Item, option: Item, gone: list[Item]) -> Answer:
    uploads_of(visit.store).discard(file.get("url", "") for file in gone)
    kept = [file for file in option.get("files") or () if file not in gone]
    if kept:
        option["files"] = kept
    else:
        option.pop("files", None)
    keep_changed(visit, order, order)
    return {"deleteCount": len(gone)}
