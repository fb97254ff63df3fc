"""Files of products."""

from tests.sandbox.routes.product_helpers import read_fields


def test_files_can_be_described_and_deleted(api):
    files = [{"id": n, "name": f"{n}.pdf", "description": "", "size": 10} for n in (1, 2, 3)]
    api.store.load("products", [{"id": 5, "name": "x", "files": files}])
    api.put("/products/5/files/2", {"description": "Manual"})
    assert [file["description"] for file in read_fields(api, 5, "files")["files"]] == ["", "Manual", ""]
    assert api.delete("/products/5/files/1") == {"deleteCount": 1}
    assert api.refused("DELETE", "/products/5/files/1")[0] == 404
    assert api.delete("/products/5/files") == {"deleteCount": 2}
    assert api.delete("/products/5/files") == {"deleteCount": 0}
    assert read_fields(api, 5, "files") == {"files": []}
