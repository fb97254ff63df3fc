"""The files of the page are served on this machine only, and need nothing from elsewhere."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

import ecwid_async.sandbox.page
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.page import read_page_file
from ecwid_async.sandbox.server import RunningServer, serve

STATIC = Path(ecwid_async.sandbox.page.__file__).parent / "static"
NAMES = sorted(path.name for path in STATIC.iterdir())


@pytest.fixture
async def server() -> AsyncIterator[RunningServer]:
    async with serve(Sandbox(), control=True) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_the_page_is_served_with_a_strict_policy(server: RunningServer, session: aiohttp.ClientSession) -> None:
    assert server.page_url == f"{server.origin}/"
    async with session.get(server.page_url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        policy = response.headers["Content-Security-Policy"]
        assert await response.read() == (STATIC / "index.html").read_bytes()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not [name for name in response.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_served(name: str) -> None:
    response = read_page_file(name)
    assert response is not None
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", NAMES)
def test_a_file_refers_to_files_of_the_page_alone(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    for address in re.findall(r"""(?:src|href)="(?!#)([^"]+)"|from "([^"]+)"|url\(([^)]+)\)""", text):
        assert "".join(address).removeprefix("/_sandbox/page/").removeprefix("./") in NAMES
    assert not re.search(r"\son\w+=|<script>|<style|style=", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)


@pytest.mark.parametrize("path", ["/", "/_sandbox/page/page.js"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
async def test_a_foreign_page_is_refused(
    server: RunningServer, session: aiohttp.ClientSession, path: str, headers: dict[str, str]
) -> None:
    async with session.get(f"{server.origin}{path}", headers=headers) as response:
        assert response.status == 403
        assert (await response.json())["errorCode"] in ("FORBIDDEN_HOST", "FORBIDDEN_ORIGIN")


async def test_a_link_of_another_page_leads_to_the_page_alone(
    server: RunningServer, session: aiohttp.ClientSession
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    statuses = {}
    for path in ("/", "/_sandbox/page/page.js", "/_sandbox/overview"):
        async with session.get(f"{server.origin}{path}", headers=headers) as response:
            statuses[path] = response.status
    assert statuses == {"/": 200, "/_sandbox/page/page.js": 403, "/_sandbox/overview": 403}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 405),
        ("GET", "/_sandbox/page/", 404),
        ("GET", "/_sandbox/page/%2e%2e/files.py", 404),
        ("GET", "/_sandbox/page/../files.py", 404),
    ],
)
async def test_there_is_nothing_else(
    server: RunningServer, session: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with session.request(method, f"{server.origin}{path}") as response:
        assert response.status == status


@pytest.mark.parametrize(("host", "control"), [("127.0.0.1", False), ("0.0.0.0", True)])
async def test_there_is_no_page_without_control(session: aiohttp.ClientSession, host: str, control: bool) -> None:
    async with serve(Sandbox(), host, control=control) as server:
        assert server.page_url is None
        for path in ("/", "/_sandbox/page/page.js"):
            async with session.get(f"{server.origin}{path}") as response:
                assert response.status == 404
                assert "no page: start it on loopback, without --no-control" in (await response.json())["errorMessage"]
