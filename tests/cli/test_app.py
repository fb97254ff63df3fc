"""The command as a whole: help, usage errors, output devices and encodings."""

import io
import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from ecwid_async.cli import _use_utf8
from ecwid_async.sections import DEFAULT_SECTIONS

HEAVY = ("aiohttp", "sqlalchemy", "ecwid_async.sandbox", "ecwid_async.client", "ecwid_async.export")


def run_python(code, tmp_path, **options):
    return subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, text=True, capture_output=True, check=False, **options
    )


def test_help_imports_neither_the_client_nor_the_sandbox(tmp_path):
    code = f"""
import sys
from ecwid_async.cli.app import run
assert run(["--help"]) == run(["export", "--help"]) == run(["sync", "--help"]) == 0
loaded = [name for name in {HEAVY!r} if name in sys.modules]
assert not loaded, loaded
"""
    process = run_python(code, tmp_path)
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize("missing", ["cyclopts", "rich"])
def test_without_the_extra_one_line_says_what_to_install(tmp_path, missing):
    process = run_python(
        f"import sys; sys.modules[{missing!r}] = None; from ecwid_async.cli import main; main()", tmp_path
    )
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "pip install 'ecwid-async[cli]'" in process.stderr


def test_version_prints_the_package_version(ecwid):
    assert ecwid("--version").out.strip() == version("ecwid-async")


def test_help_names_every_section_and_exit_code(ecwid):
    outcome = ecwid("export", "--help")
    assert outcome.code == 0
    for text in (*DEFAULT_SECTIONS, "--sandbox", "--json", "--quiet", "130"):
        assert text in outcome.out


def test_an_unknown_command_exits_with_2_and_suggests_the_nearest(ecwid):
    outcome = ecwid("exprt")
    assert outcome.code == 2
    assert 'Did you mean "export"' in outcome.err


@pytest.mark.parametrize(
    "line",
    [
        ["list", "products", "secret_4f1dVeryOwnToken"],
        ["list", "secret_4f1dVeryOwnToken"],
        ["report", "public_4f1dVeryOwnToken"],
        ["list", "orders", "--where", "secret_4f1dVeryOwnToken"],
        ["get", "orders", "1", "--fields", "id,secret_4f1dVeryOwnToken"],
        ["call", "secret_4f1dVeryOwnToken", "/orders"],
    ],
)
def test_a_token_that_is_an_argument_by_mistake_is_not_repeated(ecwid, line):
    outcome = ecwid(*line)
    assert outcome.code == 2
    assert "***" in outcome.err
    assert "4f1dVeryOwnToken" not in outcome.out + outcome.err


def test_a_field_that_begins_like_a_token_is_named(ecwid):
    assert "'public_uid2'" in ecwid("list", "orders", "--fields", "public_uid2").err


def test_a_full_output_device_is_reported_in_one_line(tmp_path):
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


def test_a_closed_pipe_ends_the_command_quietly(tmp_path):
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


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_nothing_is_written_to_a_stream_that_the_shell_closed(tmp_path):
    line = [sys.executable, "-P", "-c", "from ecwid_async.cli import main; main()", "get", "profile", "--sandbox"]
    closed = ["sh", "-c", 'exec "$@" <&- >&-', "sh", *line]
    process = subprocess.run(closed, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_a_pipe_with_another_code_page_gets_utf_8(served, start, ecwid, monkeypatch):
    """As on Windows, where the code page of pipes lacks most characters."""
    name = "日本 → \N{TEACUP WITHOUT HANDLE}"
    product_id = json.loads(ecwid("call", "POST", "/products", "-d", json.dumps({"name": name})).out)["id"]
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    for line in (["get", "products", product_id], ["call", "GET", f"/products/{product_id}"]):
        out, err = start(*line).communicate(timeout=60)
        assert err == ""
        assert json.loads(out)["name"] == name
    _, err = start("get", "日本").communicate(timeout=60)
    assert "there is no section '日本'" in err


def test_characters_that_a_terminal_lacks_are_escaped():
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    terminal = Terminal(io.BytesIO(), encoding="cp1252")
    _use_utf8(terminal)
    terminal.write("12 € → 日")
    terminal.flush()
    assert terminal.buffer.getvalue() == b"12 \x80 \\u2192 \\u65e5"


def test_doctor_and_coverage_work_without_docstrings(tmp_path, ecwid):
    """``python -OO`` and ``PYTHONOPTIMIZE=2`` remove them."""
    doctor_line = [
        "doctor",
        "--json",
        "--sandbox",
        "--products",
        "3",
        "--orders",
        "3",
        "--carts",
        "1",
        "--customers",
        "2",
    ]
    lines = [["coverage", "--json"], doctor_line]
    code = f"from ecwid_async.cli.app import run\nprint(*map(run, {lines!r}))"
    process = subprocess.run(
        [sys.executable, "-OO", "-P", "-c", code], cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert (process.returncode, process.stderr) == (0, "")
    coverage, checks = map(json.loads, process.stdout.splitlines()[:2])
    assert coverage == json.loads(ecwid("coverage", "--json").out)
    assert len(coverage["endpoints"]) > 200
    usual_checks = json.loads(ecwid(*doctor_line).out)
    assert checks["endpoints"] == usual_checks["endpoints"]
    assert len(checks["endpoints"]) > 50
