"""Fixtures and settings of all tests."""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Here, so that the tests of a process share one server.
from tests.postgresql import postgresql_server, postgresql_url  # noqa: F401  # fixtures

# By default the same few examples in every run, so that failures repeat. HYPOTHESIS_PROFILE=chaos tries many others.
_NO_TIME_LIMITS: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, max_examples=50, **_NO_TIME_LIMITS)
settings.register_profile("chaos", max_examples=1000, print_blob=True, **_NO_TIME_LIMITS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# dlt reads it once per process. Its telemetry would use the network.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"


def _add_package(name: str) -> None:
    """Make a package importable that is not in the wheel. The checkout itself must not be on the path."""
    folder = Path(__file__).parents[1] / name
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is not None and spec.loader is not None and folder.exists():
        sys.modules[name] = module = module_from_spec(spec)
        spec.loader.exec_module(module)


_add_package("benchmarks")
_add_package("website")

_ENVIRONMENT_VARIABLES = (
    "ECWID_BASE_URL",
    "ECWID_STORE_ID",
    "ECWID_TOKEN",
    "ECWID_CLIENT_ID",
    "ECWID_CLIENT_SECRET",
    "ECWID_JOURNAL_FOLDER",
    "ECWID_TOKEN_DATABASE",
    "ECWID_TOKEN_KEYS",
    "ECWID_TOKEN_KEYS_FILE",
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the samples of the API's documentation. They are not in the repository."""
    folder = Path(os.environ.get("ECWID_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "api" / "samples").is_dir():
        pytest.skip(f"needs the API samples in {folder} (ECWID_SHARED names another folder)")
    return folder


@pytest.fixture(autouse=True)
def _no_settings_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _ENVIRONMENT_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def no_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the rate limit for clients of this process, since bulk reads take seconds with it."""
    from ecwid_async.client import Ecwid

    defaults = Ecwid.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "quota", None)
    monkeypatch.setattr("ecwid_async.transport.Quota", lambda: None)  # for the command line


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores, because some tests wait: for Redis, or for a process of their own."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute the tests among processes by the rules in `tests.scheduling`."""
    from tests.scheduling import Scheduling

    return Scheduling(config, log)
