"""The steps of `docs/start.md`, as a newcomer follows them: its commands, its scripts, and what they print."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from ecwid_async.cli.app import run
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "start.md"


def test_every_extra_is_named() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| extra | for |\n")[2].partition("\n\n")[0]
    named = [name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(named) == sorted(project["optional-dependencies"])


@pytest.mark.slow
def test_a_newcomer_mirrors_a_store_and_queries_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_rate_limit: None, capsys: pytest.CaptureFixture[str]
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    scripts = dict(re.findall(r'^```python title="(\S+)"\n(.*?)^```$', page, flags=re.MULTILINE | re.DOTALL))
    commands, printed = [], ""
    for block in re.findall(r"^```sh\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL):
        commands += [shlex.split(line) for line in block.splitlines()]
    monkeypatch.chdir(tmp_path)
    with serve_in_thread(demo_sandbox()) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        for program, *arguments in commands:
            if program == "python":
                capsys.readouterr()
                exec(compile(scripts[arguments[0]], arguments[0], "exec"), {"__name__": "__main__"})
                printed += capsys.readouterr().out
            elif program == "ecwid" and arguments[:2] not in (["sandbox", "serve"], ["--version"]):
                assert run(arguments) == 0, capsys.readouterr().err

    shown = re.findall(r"^\d+ sold at .*$", page, flags=re.MULTILINE)
    assert len(shown) == 6
    assert re.findall(r"^\d+ sold at .*$", printed, flags=re.MULTILINE) == shown
