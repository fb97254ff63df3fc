"""The package has its data files, commands and extras."""

import re
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution, entry_points
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

import ecwid_async


def is_editable():
    origin = distribution("ecwid-async").read_text("direct_url.json")
    return origin is not None and msgspec.json.decode(origin).get("dir_info", {}).get("editable", False)


@pytest.mark.skipif(is_editable(), reason="a development install is the checkout")
def test_the_suite_tests_the_installed_package_and_not_the_checkout():
    installed = Path(sysconfig.get_path("purelib"))
    assert Path(ecwid_async.__file__).is_relative_to(installed)


@pytest.mark.parametrize("name", ["py.typed", "sandbox/spec/endpoints.json", "sandbox/spec/schemas.json"])
def test_data_files_are_in_the_package(name):
    assert files("ecwid_async").joinpath(name).is_file()


def test_the_command_and_the_pytest_plugin_are_found():
    (command,) = entry_points(group="console_scripts", name="ecwid")
    assert command.load().__module__ == "ecwid_async.cli"
    (plugin,) = entry_points(group="pytest11", name="ecwid_sandbox")
    assert plugin.value == "ecwid_async.testing.plugin"


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [
        ("transport.httpx2", "httpx2", "httpx2"),
        ("transport.pyqwest", "pyqwest", "pyqwest"),
        ("transport.rate_limit.redis", "redis", "redis"),
        ("observe.opentelemetry", "opentelemetry", "otel"),
        ("sync.dlt", "dlt", "dlt"),
        ("apps.encryption", "cryptography", "apps"),
        ("sandbox.app_requests.encryption", "cryptography", "apps"),
        ("tokens.encryption", "cryptography", "tokens"),
        ("tokens.sql", "sqlalchemy", "tokens"),
    ],
)
def test_the_error_names_a_missing_extra(module, library, extra):
    code = f"import sys; sys.modules[{library!r}] = None; import ecwid_async.{module}"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError")
    assert last.endswith(f"pip install 'ecwid-async[{extra}]'")


def test_the_extra_all_has_the_requirements_of_all_others():
    metadata = distribution("ecwid-async").metadata
    needs = {extra: set() for extra in metadata.get_all("Provides-Extra")}
    for line in metadata.get_all("Requires-Dist"):
        requirement, _, marker = line.partition(";")
        for extra in needs:
            if re.search(rf"extra == ['\"]{extra}['\"]", marker):
                needs[extra].add(requirement.strip())
    assert all(needs.values())
    assert needs.pop("all") == set().union(*needs.values())


def test_a_package_index_can_show_the_readme():
    metadata = distribution("ecwid-async").metadata
    links = re.findall(r"\]\(([^)]*)\)", metadata["Description"])
    assert len(links) > 20
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    assert {url.partition(",")[0] for url in metadata.get_all("Project-URL")} >= {"Documentation", "Source", "Issues"}
