"""Files that products sell."""

from typing import Literal

from ecwid_async.calls import Call
from ecwid_async.files import Download, Progress, Source
from ecwid_async.models.product_files import ProductFileDraft
from ecwid_async.models.results import DeleteResult, UpdateResult, UploadResult
from ecwid_async.resources.base import Resource, confirmed

__all__ = ["ProductFiles"]


class ProductFiles(Resource):
    """The files that a buyer of a product may download."""

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
        """Add a file to the product: `source` itself, or what the store finds at `external_url`.

        ``POST /products/{productId}/files``
        """
        return self._upload(
            "POST /products/{productId}/files",
            product_id,
            reads=UploadResult,
            source=source,
            external_url=external_url,
            query={"fileName": file_name, "description": description},
            progress=progress,
        )

    def download(self, product_id: int, file_id: int) -> Download:
        """The file as it was uploaded.

        ``GET /products/{productId}/files/{fileId}``
        """
        return self._download("GET /products/{productId}/files/{fileId}", product_id, file_id)

    def update(self, product_id: int, file_id: int, draft: ProductFileDraft) -> Call[UpdateResult]:
        """Change the file's description.

        ``PUT /products/{productId}/files/{fileId}``
        """
        return self._call(
            "PUT /products/{productId}/files/{fileId}", product_id, file_id, reads=UpdateResult, body=draft
        )

    def delete(self, product_id: int, file_id: int) -> Call[DeleteResult]:
        """Delete one file of the product.

        ``DELETE /products/{productId}/files/{fileId}``
        """
        return self._call("DELETE /products/{productId}/files/{fileId}", product_id, file_id, reads=DeleteResult)

    def delete_all(self, product_id: int, *, confirm: Literal[True]) -> Call[DeleteResult]:
        """Delete every file of the product; `delete_count` says how many there were.

        Raises `ValueError` unless `confirm` is True.

        ``DELETE /products/{productId}/files``
        """
        confirmed(confirm, f"every file of product {product_id}")
        return self._call("DELETE /products/{productId}/files", product_id, reads=DeleteResult, repeatable=False)
