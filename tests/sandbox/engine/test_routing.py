"""Finding the endpoint for a path."""

import pytest

from ecwid_async.sandbox.engine import StoreRequest, route
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.routes import load


def test_a_fixed_segment_takes_precedence_over_a_path_parameter() -> None:
    sort, _, no_params = load().find("GET", ["products", "sort"])
    product, _, params = load().find("GET", ["products", "5"])
    assert sort is not product
    assert (no_params, params) == ({}, {"productId": "5"})


def test_path_parameters_are_returned_by_name() -> None:
    *_, params = load().find("GET", ["products", "5", "combinations", "7"])
    assert params == {"productId": "5", "combinationId": "7"}


@pytest.mark.parametrize("segments", [[], ["nothing"], ["products", "5", "nothing"], ["products", "", "files"]])
def test_an_unknown_path_is_an_error(segments: list[str]) -> None:
    with pytest.raises(ErrorResponse) as error:
        load().find("GET", segments)
    assert (error.value.status, error.value.code) == (404, "NOT_FOUND")


def test_the_error_for_an_unsupported_method_names_the_supported_ones() -> None:
    with pytest.raises(ErrorResponse) as error:
        load().find("PATCH", ["products"])
    assert error.value.status == 405
    assert error.value.headers["Allow"] == "DELETE, GET, POST"


def test_only_operations_of_the_api_can_be_registered() -> None:
    def endpoint(request: StoreRequest) -> bytes:
        return b""

    with pytest.raises(ValueError, match="not an endpoint"):
        route("GET /nothing")(endpoint)
