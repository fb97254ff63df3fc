"""The examples that are jobs: run as a process, as cron does, or in this process, with the store of a sandbox."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN
from tests.examples.running_app import EXAMPLES

__all__ = ["MainFunction", "load_example", "main_of", "run_process", "use_store"]

MainFunction = Callable[[Sequence[str]], int]


def run_process(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an example in a process of its own, with the environment of the test."""
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    return subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False)


def load_example(name: str) -> ModuleType:
    """An example as a module, which is not run."""
    spec = spec_from_file_location(f"example_{name.removesuffix('.py')}", EXAMPLES / name)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)  # data classes look their module up there
    spec.loader.exec_module(module)
    return module


def main_of(name: str) -> MainFunction:
    """The function of an example that takes arguments and returns the exit code."""
    main: MainFunction = load_example(name).main
    return main


def use_store(monkeypatch: pytest.MonkeyPatch, base_url: str, *, token: str = DEMO_TOKEN) -> None:
    """Let the environment point to the demo store of a server."""
    monkeypatch.setenv("ECWID_BASE_URL", base_url)
    monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
    monkeypatch.setenv("ECWID_TOKEN", token)
