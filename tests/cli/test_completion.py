"""Completion in a shell: bash runs the script that ``ecwid --install-completion`` writes."""

import os
import shutil
import subprocess
import sys
from typing import Final

import pytest

from ecwid_async.cli.profiles import Profile, Profiles
from ecwid_async.sections import ALL_SECTIONS
from ecwid_async.transport import Secret

# Plays readline: sets the words of a line and calls the function that completes the last one.
_COMPLETE: Final = """\
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMPREPLY=()
$(complete -p ecwid | sed 's/.*-F \\([^ ]*\\).*/\\1/') ecwid "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
_COMMAND: Final = f"""\
#!/bin/sh
exec {sys.executable} -P -c "from ecwid_async.cli import main; main()" "$@"
"""


@pytest.fixture
def complete(ecwid, tmp_path, monkeypatch):
    """Return what bash offers for the last word of a line."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    monkeypatch.setenv("HOME", str(tmp_path))
    outcome = ecwid("--install-completion", "--shell", "bash")
    assert outcome.code == 0
    script = tmp_path / ".local/share/bash-completion/completions/ecwid"
    assert str(script) in (tmp_path / ".bashrc").read_text()
    command = tmp_path / "bin" / "ecwid"
    command.parent.mkdir()
    command.write_text(_COMMAND)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")

    def complete_line(*words):
        line = [bash, "--norc", "-c", _COMPLETE, "bash", str(script), "ecwid", *words]
        process = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
        assert process.stderr == ""
        return process.stdout.split()

    return complete_line


@pytest.mark.slow
def test_bash_completes_commands_options_and_names(complete):
    assert {"list", "get", "report", "export", "sync", "profile"} <= set(complete(""))
    assert complete("list", "orders", "--fi") == ["--fields"]
    assert complete("list", "or") == ["orders", "order_statuses"]
    assert complete("export", "orders", "cust") == ["customers", "customer_groups", "customer_extra_fields"]
    assert complete("list", "products", "--where", "crea") == ["created_from=", "created_to="]
    assert complete("list", "customers", "--fields", "regi") == ["registered"]
    assert complete("report", "sal") == ["sales", "sales_funnel"]
    Profiles(by_name={"shop": Profile(name="shop", store_id=1, token=Secret("secret_1"))}).write()
    assert complete("list", "orders", "--profile", "s") == ["shop"]


def offered(ecwid, *words):
    """What the script asks the command for."""
    return ecwid("__complete", *words).out.partition("\x1fbegin\n")[2].split()


def test_every_section_is_offered(ecwid):
    assert offered(ecwid, "get", "") == list(ALL_SECTIONS)
    assert set(ALL_SECTIONS) - set(offered(ecwid, "list", "")) == {"profile"}


def test_filters_are_offered_without_a_description(ecwid):
    assert {"created_from=", "keywords="} <= set(offered(ecwid, "list", "orders", "--where", ""))
    assert "None" not in offered(ecwid, "list", "orders", "--where", "")


def test_fields_are_offered_behind_others(ecwid):
    assert offered(ecwid, "list", "orders", "--fields", "id,")[:2] == ["id,id", "id,subtotal"]


def test_nothing_is_offered_for_a_damaged_file_of_profiles(ecwid):
    Profiles().write()
    from ecwid_async.cli.profiles import profiles_path

    profiles_path().write_text("{")
    outcome = ecwid("__complete", "get", "--profile", "")
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_other_shells_get_a_script_of_their_own(ecwid, tmp_path, monkeypatch, shell):
    monkeypatch.setenv("HOME", str(tmp_path))
    target = tmp_path / "script"
    assert ecwid("--install-completion", "--shell", shell, "--output", target).code == 0
    assert "__complete" in target.read_text()
