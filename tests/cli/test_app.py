import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from ecwid_async.export import DEFAULT

HEAVY = ("aiohttp", "ecwid_async.sandbox", "ecwid_async.client", "ecwid_async.export")


def python(code, tmp_path, **options):
    return subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, text=True, capture_output=True, check=False, **options
    )


def test_help_loads_neither_the_client_nor_the_sandbox(tmp_path):
    code = f"""
import sys
from ecwid_async.cli.app import run
assert run(["--help"]) == run(["export", "--help"]) == 0
loaded = [name for name in {HEAVY!r} if name in sys.modules]
assert not loaded, loaded
"""
    process = python(code, tmp_path)
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize("missing", ["cyclopts", "rich"])
def test_without_the_extra_one_line_says_what_to_install(tmp_path, missing):
    process = python(f"import sys; sys.modules[{missing!r}] = None; from ecwid_async.cli import main; main()", tmp_path)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "pip install 'ecwid-async[cli]'" in process.stderr


def test_the_version_is_that_of_the_package(ecwid):
    assert ecwid("--version").out.strip() == version("ecwid-async")


def test_help_names_every_section_and_exit_code(ecwid):
    outcome = ecwid("export", "--help")
    assert outcome.code == 0
    for text in (*DEFAULT, "--sandbox", "--json", "--quiet", "130"):
        assert text in outcome.out


def test_an_unknown_command_is_code_2_and_names_the_nearest(ecwid):
    outcome = ecwid("exprt")
    assert outcome.code == 2
    assert 'Did you mean "export"' in outcome.err


def test_an_output_that_takes_no_more_is_one_line(tmp_path):
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-P", "-c", "from ecwid_async.cli import main; main()", "--help"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 5
    assert process.stderr == "ecwid: can't write the output: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_failure_to_shout_about(tmp_path):
    read, write = os.pipe()
    os.close(read)
    code = "import sys; from ecwid_async.cli.app import run; sys.exit(run(['get', 'profile', '--sandbox']))"
    process = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (process.returncode, process.stderr) == (141, "")
