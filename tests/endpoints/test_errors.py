"""Errors of the API, received over HTTP."""

import pytest

from ecwid_async.client import Store
from ecwid_async.errors import APIError
from ecwid_async.models.products import ProductDraft


async def test_an_error_has_a_status_and_a_code(store: Store) -> None:
    with pytest.raises(APIError) as caught:
        await store.products.create(ProductDraft(name=""))
    assert (caught.value.status, caught.value.code) == (400, "WRONG_PARAMETER")
