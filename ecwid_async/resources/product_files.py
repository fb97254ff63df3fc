"""Files of digital products."""

from typing import Literal

from ecwid_async.calls import Call
from ecwid_async.files import Download, Progress, Source
from ecwid_async.models.product_files import ProductFileDraft
from ecwid_async.models.results import DeleteResult, UpdateResult, UploadResult
from ecwid_async.resources.base import Resource, require_confirmation, require_draft

__all__ = ["ProductFiles"]


class ProductFiles(Resource):
    """Files that the buyers of a product can download."""

    __slots__ = ()

    def upload(
        self,
        product_id: int,
        source: Source | None = None,
        *,
        external_url: str | None = None,
        file_name: str,
        description: str | None = None,
        progress: Progress | None = None,
    ) -> Call[UploadResult]:
        """Add a file to a product: `source`, or the file at `external_url`.

        Raises `ValueError` unless exactly one of the two is given.

        ``POST /products/{productId}/files``
        """
        return self._upload(
            "POST /products/{productId}/files",
            product_id,
            result_type=UploadResult,
            source=source,
            external_url=external_url,
            query={"fileName": file_name, "description": description},
            progress=progress,
        )

    def download(self, product_id: int, file_id: int) -> Download:
        """Download a file.

        ``GET /products/{productId}/files/{fileId}``
        """
        return self._download("GET /products/{productId}/files/{fileId}", product_id, file_id)

    def update(self, product_id: int, file_id: int, draft: ProductFileDraft) -> Call[UpdateResult]:
        """Change the description of a file.

        ``PUT /products/{productId}/files/{fileId}``
        """
        return self._call(
            "PUT /products/{productId}/files/{fileId}",
            product_id,
            file_id,
            result_type=UpdateResult,
            body=require_draft(draft, ProductFileDraft),
        )

    def delete(self, product_id: int, file_id: int) -> Call[DeleteResult]:
        """Delete a file of a product.

        ``DELETE /products/{productId}/files/{fileId}``
        """
        return self._call("DELETE /products/{productId}/files/{fileId}", product_id, file_id, result_type=DeleteResult)

    def delete_all(self, product_id: int, *, confirm: Literal[True]) -> Call[DeleteResult]:
        """Delete all files of a product; `delete_count` is their number.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products/{productId}/files``
        """
        require_confirmation(confirm, f"every file of product {product_id}")
        return self._call("DELETE /products/{productId}/files", product_id, result_type=DeleteResult, repeatable=False)
