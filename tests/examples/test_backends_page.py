"""The backend in `docs/backends.md` responds as the page shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread

PAGE = Path(__file__).parents[2] / "docs" / "backends.md"

pytestmark = pytest.mark.slow


def test_the_backend_responds_as_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGE.read_text(encoding="utf-8")
    code = re.search(r'^```python title="backend.py"\n(.*?)^```$', page, flags=re.MULTILINE | re.DOTALL)
    assert code is not None
    shown = re.findall(r"^\$ curl http://127\.0\.0\.1:8000(\S+)\n(.*)$", page, flags=re.MULTILINE)
    assert len(shown) == 2
    with serve_in_thread(demo_sandbox(products=1, orders=0, customers=0, carts=0)) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        names: dict[str, Any] = {}
        exec(compile(code[1], "backend.py", "exec"), names)
        with TestClient(names["app"]) as client:
            for path, printed in shown:
                response, expected = client.get(path).json(), json.loads(printed)
                assert {**response, "request_id": ""} == {**expected, "request_id": ""}
