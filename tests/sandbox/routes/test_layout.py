"""An endpoint, the client method that calls it, and its tests are in files with the same name."""

import re
from pathlib import Path
from pkgutil import iter_modules

from ecwid_async.cli.introspect import list_methods, offline_store
from ecwid_async.sandbox import routes
from ecwid_async.sandbox.routes import support


def test_an_endpoint_is_in_the_file_with_the_name_of_its_resource() -> None:
    misplaced = {}
    for method in list_methods(offline_store()):
        http_method, _, path = method.endpoint.partition(" ")
        endpoint, _, _ = routes.load().find(http_method, path.split("/")[1:])
        names = [function.__module__.rpartition(".")[2] for function in (endpoint, method.call)]
        if len(set(names)) > 1:
            misplaced[method.endpoint] = names
    assert misplaced == {}


def test_each_file_with_endpoints_has_a_test_file() -> None:
    files = {module.name for module in iter_modules(routes.__path__) if not module.ispkg}
    assert {name for name in files if not Path(__file__).with_name(f"test_{name}.py").exists()} == set()


def test_shared_code_declares_no_endpoint() -> None:
    served = [routes.load().find(*_parts(operation))[0] for operation in routes.load().operations]
    assert not [function for function in served if ".support." in function.__module__]


def test_shared_code_imports_no_endpoint() -> None:
    sources = [file.read_text() for file in Path(support.__path__[0]).glob("*.py")]
    imported = {name for source in sources for name in re.findall(r"sandbox\.routes\.(\w+)", source)}
    assert imported == {"support"}


def _parts(operation: str) -> tuple[str, list[str]]:
    http_method, _, path = operation.partition(" ")
    return http_method, path.split("/")[1:]
