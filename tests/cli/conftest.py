"""Fixtures that run command lines against a demo store."""

import io
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from ecwid_async.cli.app import run
from ecwid_async.sandbox import Sandbox
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.wire import Request
from tests.processes import ChildProcess, start_process

SIZES = {"products": 230, "orders": 120, "carts": 20, "categories": 12, "customers": 110}


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Ecwid = Callable[..., Outcome]


class Terminal(io.StringIO):
    """Text output that claims to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_store_in_the_environment(monkeypatch, tmp_path_factory):
    for name in ("ECWID_BASE_URL", "ECWID_PROFILE", "ECWID_STORE_ID", "ECWID_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    # No profile of the user.
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("settings", numbered=True)))


@pytest.fixture
def ecwid(capsys) -> Ecwid:
    """Run a command line in this process."""

    def run_line(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return run_line


@pytest.fixture(scope="session")
def sizes() -> list[str]:
    """Options for a small demo store, with more than one page of most sections."""
    return [text for name, size in SIZES.items() for text in (f"--{name}", str(size))]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """The base URL of a demo store on this machine."""
    with serve_in_thread(demo_sandbox(**SIZES, requests_per_minute=None)) as server:
        yield server.base_url


@pytest.fixture
def served(base_url, monkeypatch, no_rate_limit) -> None:
    """Point the environment at the demo store on this machine."""
    monkeypatch.setenv("ECWID_BASE_URL", base_url)
    monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
    monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)


@pytest.fixture
def unused_base_url() -> str:
    """A base URL where no server listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/api/v3"


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., ChildProcess]]:
    """Start a command line in another process, outside the checkout."""
    started: list[ChildProcess] = []

    def start_line(*arguments: object, before: str = "") -> ChildProcess:
        code = f"{before}\nfrom ecwid_async.cli import main; main()"
        started.append(start_process(code, *map(str, arguments), cwd=tmp_path))
        return started[-1]

    yield start_line
    for process in started:
        process.close()


@pytest.fixture
def terminal(monkeypatch) -> Callable[[int], Terminal]:
    """Make stdout a terminal of this width without colours."""

    def open_terminal(width: int) -> Terminal:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("LINES", "50")  # without it, rich takes a dumb terminal as 80 columns wide
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        stream = Terminal()
        monkeypatch.setattr("sys.stdout", stream)
        return stream

    return open_terminal


@pytest.fixture
def requests(monkeypatch) -> list[Request]:
    """The requests that sandboxes receive."""
    received: list[Request] = []
    send = Sandbox.send

    async def record(self, request):
        received.append(request)
        return await send(self, request)

    monkeypatch.setattr(Sandbox, "send", record)
    return received
