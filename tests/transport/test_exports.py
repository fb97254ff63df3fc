"""The names that `ecwid_async.transport` exports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ecwid_async import transport

NEEDS_EXTRA = {
    "Httpx2Transport": "httpx2",
    "PyqwestTransport": "pyqwest",
    "RedisCache": "redis",
    "RedisLimiter": "redis",
}


@pytest.mark.parametrize("name", transport.__all__)
def test_every_exported_name_loads(name: str) -> None:
    if name in NEEDS_EXTRA:
        pytest.importorskip(NEEDS_EXTRA[name])
    assert getattr(transport, name) is not None
    assert name in dir(transport)


def test_type_checkers_see_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse(Path(transport.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.name: node.module for node in imports for alias in node.names}
    modules = {name: module for module, names in transport._MODULES.items() for name in names}
    assert seen == {name: f"ecwid_async.transport.{module}" for name, module in modules.items()}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchName'"):
        _ = transport.NoSuchName


def test_importing_the_wrappers_loads_no_http_library() -> None:
    code = (
        "import sys; from ecwid_async.transport import Auth, RateLimit, Retry; "
        "print(*{'aiohttp', 'httpx2', 'pyqwest', 'redis'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
