import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from ecwid_async.cli.app import run
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from tests.processes import ChildProcess, start_process

SIZES = {"products": 230, "orders": 120, "carts": 20, "categories": 12, "customers": 110}


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Ecwid = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def no_store_in_the_environment(monkeypatch):
    for name in ("ECWID_BASE_URL", "ECWID_STORE_ID", "ECWID_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ecwid(capsys) -> Ecwid:
    """Run a command line in this process."""

    def run_line(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return run_line


@pytest.fixture(scope="session")
def sizes() -> list[str]:
    """Options for a small demo store, of more than a page where it matters."""
    return [text for name, size in SIZES.items() for text in (f"--{name}", str(size))]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The base URL of a demo store on this machine."""
    with serve_in_thread(demo_sandbox(**SIZES, requests_per_minute=None)) as server:
        yield server.base_url


@pytest.fixture
def served(address, monkeypatch, no_rate_limit) -> None:
    """Point the environment at the demo store on this machine."""
    monkeypatch.setenv("ECWID_BASE_URL", address)
    monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
    monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)


@pytest.fixture
def nowhere() -> str:
    """A base URL where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/api/v3"


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., ChildProcess]]:
    """Start a command line in a process of its own, outside the checkout."""
    started: list[ChildProcess] = []

    def start_line(*arguments: object, before: str = "") -> ChildProcess:
        code = f"{before}\nfrom ecwid_async.cli import main; main()"
        started.append(start_process(code, *map(str, arguments), cwd=tmp_path))
        return started[-1]

    yield start_line
    for process in started:
        process.close()
