"""Files that customers attach to ordered items."""

from typing import Literal

from ecwid_async.calls import Call
from ecwid_async.files import Progress, Source
from ecwid_async.models.results import DeleteResult, UploadResult
from ecwid_async.resources.base import Resource, require_confirmation

__all__ = ["OrderOptionFiles"]


class OrderOptionFiles(Resource):
    """Files of ``FILES`` options of ordered items. Options are identified by name."""

    __slots__ = ()

    def upload(
        self,
        order_id: str | int,
        item_id: int,
        option_name: str,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        file_name: str,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Attach a file: `source`, or the file at `external_url`.

        Raises `ValueError` unless exactly one of the two is given.

        ``POST /orders/{orderId}/items/{itemId}/options/{optionName}``
        """
        return self._upload(
            "POST /orders/{orderId}/items/{itemId}/options/{optionName}",
            order_id,
            item_id,
            option_name,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            query={"fileName": file_name},
            progress=progress,
        )

    def delete(self, order_id: str | int, item_id: int, option_name: str, file_id: int) -> Call[DeleteResult]:
        """Delete a file of an option.

        ``DELETE /orders/{orderId}/items/{itemId}/options/{optionName}/files/{fileId}``
        """
        return self._call(
            "DELETE /orders/{orderId}/items/{itemId}/options/{optionName}/files/{fileId}",
            order_id,
            item_id,
            option_name,
            file_id,
            result_type=DeleteResult,
        )

    def delete_all(
        self, order_id: str | int, item_id: int, option_name: str, *, confirm: Literal[True]
    ) -> Call[DeleteResult]:
        """Delete all files of an option; `delete_count` is their number.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /orders/{orderId}/items/{itemId}/options/{optionName}/files``
        """
        require_confirmation(confirm, f"every file of option {option_name!r} in order {order_id}")
        return self._call(
            "DELETE /orders/{orderId}/items/{itemId}/options/{optionName}/files",
            order_id,
            item_id,
            option_name,
            result_type=DeleteResult,
            repeatable=False,
        )
