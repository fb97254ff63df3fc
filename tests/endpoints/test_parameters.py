"""The sandbox accepts every parameter that a method can send."""

from collections.abc import Mapping
from inspect import Parameter
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import pytest

from ecwid_async.sandbox import spec
from ecwid_async.sandbox.engine import read_parameters
from tests.resources.conftest import METHODS, Method, example

# Arguments that are not sent as parameters, or only without a file.
EXCLUDED: Final = {"source", "external_url", "into", "progress", "confirm"}


def example_value(method: Method, name: str) -> Any:
    """A value of the argument's declared type."""
    declared = method.hints[name]
    options = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    first = options[0]
    if get_origin(first) is not None and issubclass(get_origin(first), Mapping):
        return {"Size": example(get_args(first)[1])}
    return method.value(name)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_parameter_is_known(method: Method) -> None:
    optional = {p.name for p in method.parameters() if p.default is not Parameter.empty} - EXCLUDED
    arguments = {name: example_value(method, name) for name in optional}
    endpoint = spec.load().endpoints[method.endpoint]
    read_parameters(dict(method.request(**arguments).params), endpoint, reject_unknown=True)
