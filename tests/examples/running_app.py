"""An example app in a process of its own, beside a sandbox that installs it in a store and sends it webhooks."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import pytest
from attrs import define, field

from ecwid_async.sandbox import App, Sandbox
from ecwid_async.sandbox.server import serve
from ecwid_async.tokens import new_key

EXAMPLES = Path(__file__).parents[2] / "examples"
STORE = 1003
TOKEN = "secret_of_the_store"
CLIENT_ID = "orders-app"
CLIENT_SECRET = "secret_of_the_app_0123456789"
SCOPES = ["read_store_profile", "read_orders", "read_catalog", "read_customers"]

# As their docstrings say; the option of uvicorn and the variable of aiohttp_app.py are the port.
COMMANDS = {
    "fastapi_app.py": ["-m", "uvicorn", "fastapi_app:app"],
    "aiohttp_app.py": ["aiohttp_app.py"],
    "litestar_app.py": ["-m", "uvicorn", "litestar_app:app"],
}

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "COMMANDS",
    "EXAMPLES",
    "STORE",
    "TOKEN",
    "Browser",
    "RunningApp",
    "app_process",
    "end",
    "reserved_port",
    "running_app",
]


@define
class RunningApp:
    url: str
    api_url: str
    sandbox: Sandbox
    folder: Path
    process: asyncio.subprocess.Process
    lines: list[str] = field(factory=list)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    async def wait_for(self, text: str) -> None:
        """Wait until the app has logged a text."""
        for _ in range(3000):
            if text in self.output:
                return
            assert self.process.returncode is None, self.output
            await asyncio.sleep(0.01)
        raise AssertionError(f"{text!r} is not in {self.output}")

    async def status(self, path: str) -> int:
        async with aiohttp.ClientSession() as client, client.get(self.url + path) as response:
            return response.status


class Browser:
    """Follows redirects and keeps cookies, also secure ones over loopback, as browsers do."""

    def __init__(self, client: aiohttp.ClientSession) -> None:
        self._client = client
        self._cookies: dict[str, str] = {}

    async def open(self, url: str, form: dict[str, str] | None = None) -> tuple[str, int, str]:
        """Return the final address, the status and the text of a page."""
        for _ in range(5):
            method = "GET" if form is None else "POST"
            cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
            async with self._client.request(method, url, data=form, headers=cookie, allow_redirects=False) as response:
                for header in response.headers.getall("Set-Cookie", []):
                    name, _, value = header.partition(";")[0].partition("=")
                    self._cookies[name] = value
                if not 300 <= response.status < 400:
                    return url, response.status, await response.text()
                url, form = urljoin(url, response.headers["Location"]), None
        raise AssertionError("too many redirects")

    async def install(self, app_url: str) -> tuple[str, int, str]:
        """Install the app, through the consent page."""
        address, status, page = await self.open(f"{app_url}/ecwid/install")
        assert (status, address.startswith(app_url)) == (200, False), page
        request = re.search(r'name="request" value="([^"]+)"', page)
        assert request is not None
        form = {"request": request[1], "store_id": str(STORE), "decision": "accept"}
        return await self.open(urljoin(address, "authorize"), form)


@asynccontextmanager
async def running_app(folder: Path, example: str = "fastapi_app.py") -> AsyncIterator[RunningApp]:
    """Start an app as a user would, and end it with SIGTERM."""
    pytest.importorskip("cryptography")
    folder.mkdir(exist_ok=True)
    sandbox = Sandbox(requests_per_minute=None)
    sandbox.add_store(STORE, token=TOKEN).profile = {"generalInfo": {"storeId": STORE}}
    with reserved_port() as port:
        url = f"http://127.0.0.1:{port}"
        sandbox.add_app(
            App(
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
                scopes=frozenset(SCOPES),
                redirect_uri=f"{url}/ecwid/callback",
                webhook_url=f"{url}/ecwid/webhooks",
                iframe_url=f"{url}/ecwid/page",
            )
        )
        async with serve(sandbox) as server:
            settings = {
                "APP_URL": url,
                "APP_FOLDER": str(folder),
                "APP_CONTROL_PANELS": server.base_url.partition("/api/")[0],
                "ECWID_BASE_URL": server.base_url,
                "ECWID_OAUTH_URL": server.oauth_url,
                "ECWID_CLIENT_ID": CLIENT_ID,
                "ECWID_CLIENT_SECRET": CLIENT_SECRET,
                "ECWID_TOKEN_KEYS": new_key(),
            }
            async with app_process(example, port, settings) as process:
                app = RunningApp(url, server.base_url, sandbox, folder, process)
                reading = asyncio.create_task(_read(app))
                await app.wait_for("unning on http://")
                yield app
                await end(process)
                await reading


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port that no other process is given, but that a server may listen at."""
    with socket.socket() as reserved:
        # As servers do: two such sockets may have the same address, while only one of them listens.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@asynccontextmanager
async def app_process(
    example: str, port: int, settings: dict[str, str], folder: Path = EXAMPLES
) -> AsyncIterator[asyncio.subprocess.Process]:
    """An example in a process, started in the folder that has it."""
    command = COMMANDS[example]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *(["--port", str(port)] if "uvicorn" in command else []),
        cwd=folder,
        env={**os.environ, "PORT": str(port), "PYTHONUNBUFFERED": "1", **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        await end(process)


async def end(process: asyncio.subprocess.Process) -> None:
    """End a process as a user does, and wait for its end."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await process.wait()


async def _read(app: RunningApp) -> None:
    assert app.process.stdout is not None
    async for line in app.process.stdout:
        app.lines.append(line.decode())
