"""The examples of the README and docs run as written, Python and command lines, against a demo store."""

import ast
import asyncio
import codeop
import inspect
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from ecwid_async.apps import ClaimedEvents, NotRetryable, SQLiteInbox, StoredEvent
from ecwid_async.cli.app import app, run
from ecwid_async.sandbox.seed import DEMO_STORE_ID, DEMO_TOKEN, demo_sandbox
from ecwid_async.sandbox.server import serve_in_thread
from ecwid_async.tokens import new_key
from tests.cli import webhook_receiver

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


class Block(NamedTuple):
    page: str
    line: int
    language: str
    title: str
    code: str

    @property
    def is_notebook(self) -> bool:
        """Whether it may await at its top level, as in a notebook or `python -m asyncio`. Others are scripts."""
        return self.title == "Notebook"

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r'^```(\w+)(?: title="([^"]*)")?\n(.*?)^```$', text, flags=re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, match.start()) + 2
            if not match[3].startswith("--8<--"):  # else it shows a file of examples/, which has tests of its own
                found.append(Block(str(page.relative_to(ROOT)), line, match[1], match[2] or "", match[3]))
    return [block for block in found if block.language in languages]


def commands() -> list[tuple[str, list[str]]]:
    """Each ``ecwid …`` command of the shell blocks, with its page and line."""
    found = []
    for block in blocks("sh", "bash", "console", "shell"):
        entered = ""  # the line, and those before it that it continues
        for number, line in enumerate(block.code.splitlines(), block.line):
            entered += re.sub(r"(^| )# .*", "", line)
            if entered.endswith("\\"):
                entered = entered[:-1]
                continue
            try:
                shlex.split(entered)
            except ValueError:  # a quotation goes on in the next line
                entered += "\n"
                continue
            for part in re.split(r"&&|;|\|", entered):
                words = shlex.split(part)
                if words and Path(words[0]).name == "ecwid":
                    found.append((f"{block.page}:{number}", words[1:]))
            entered = ""
        assert not entered, f"{block}: the last command does not end"
    return found


@pytest.fixture
def demo(monkeypatch, tmp_path, no_rate_limit):
    """A reader's environment: a store of their own and an empty working directory."""
    monkeypatch.chdir(tmp_path)
    with serve_in_thread(demo_sandbox(products=120, orders=150, customers=60, requests_per_minute=None)) as server:
        monkeypatch.setenv("ECWID_BASE_URL", server.base_url)
        monkeypatch.setenv("ECWID_JOURNAL_FOLDER", str(tmp_path / "journals"))
        monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
        monkeypatch.setenv("ECWID_STORE_ID", str(DEMO_STORE_ID))
        monkeypatch.setenv("ECWID_TOKEN", DEMO_TOKEN)
        yield


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_examples_run(block, demo, tmp_path):
    if "def test_" in block.code:
        example = tmp_path / "test_example.py"
        example.write_text(block.code, encoding="utf-8")
        arguments = ["-q", "-o", "asyncio_mode=auto", "-p", "no:cacheprovider", str(example)]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pytest", *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return
    if 'connect("shop.db")' in block.code:  # the page has it filled by the command before
        assert run(["sync", "--to", "sqlite:///shop.db", "--quiet"]) == 0
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if block.is_notebook else 0
    code = compile(block.code, str(block), "exec", flags=flags)
    result = eval(code, {"__name__": "__main__"})
    if inspect.iscoroutine(result):
        asyncio.run(result)


@pytest.mark.parametrize("block", [each for each in blocks("python") if each.is_notebook], ids=str)
def test_notebook_examples_can_be_pasted_into_the_prompt(block):
    """`python -m asyncio` before 3.13 takes line by line, and ends an indented block at an empty line."""
    compiler = codeop.CommandCompiler()
    compiler.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    entered: list[str] = []
    for line in [*block.code.splitlines(), ""]:
        entered.append(line)
        if compiler("\n".join(entered), str(block), "single") is not None:
            entered = []
    assert not "".join(entered)


async def _store_dead_event(path: Path) -> None:
    async def refuse(events: ClaimedEvents) -> None:
        raise NotRetryable("no")

    event = StoredEvent(store_id=1003, event_id="1", event_type="a.b", entity_id="7", body=b"{}", received_at=0.0)
    async with SQLiteInbox(path) as inbox:
        await inbox.put(event)
        await inbox.run(refuse, until_idle=True)


@pytest.mark.parametrize(
    ("location", "arguments"), commands(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_command_lines_run(location, arguments, demo, capsys, monkeypatch):
    has_no_end = arguments[:2] in (["sandbox", "serve"], ["sync", "worker"]) or "--watch" in arguments
    if has_no_end or "--confirm-deletions" in arguments:
        app.parse_args(arguments, exit_on_error=False, print_error=False)
        return
    file = Path("stores.txt")
    file.touch(0o600)
    file.write_text(f"{DEMO_STORE_ID} {DEMO_TOKEN}\n")
    if arguments[0] == "sync" and arguments[1] in ("mark", "status", "verify", "wake"):
        to = arguments[arguments.index("--to") + 1]
        assert run(["sync", "--quiet", "--stores", str(file), "--to", to]) == 0
    if arguments[0] == "tokens":
        monkeypatch.setenv("ECWID_TOKEN_DATABASE", "sqlite:///tokens.db")
        monkeypatch.setenv("ECWID_TOKEN_KEYS", new_key())
        file.write_text(f"{DEMO_STORE_ID} {DEMO_TOKEN}\n1004 secret_1004\n")
        assert run(["tokens", "import", str(file)]) == 0
    if arguments[:2] == ["webhooks", "inbox"]:
        asyncio.run(_store_dead_event(Path("inbox.db")))
    with webhook_receiver.running() as receiver:
        if arguments[:2] == ["webhooks", "trigger"]:
            arguments[arguments.index("--to") + 1] = receiver.url
            receiver.status = 401 if "--forge" in arguments else 200
        code = run(arguments)
    assert code == 0, capsys.readouterr().err


def test_sql_examples_run_in_a_mirror(demo, capsys):
    assert run(["sync", "--to", "sqlite:///shop.db", "--quiet"]) == 0, capsys.readouterr().err
    examples = blocks("sql")
    with closing(sqlite3.connect("shop.db")) as connection:
        results = [connection.execute(block.code).fetchall() for block in examples]
    assert [str(block) for block, rows in zip(examples, results, strict=True) if not rows] == []


@pytest.mark.parametrize("name", ["main job", "tests"])
def test_each_of_the_two_readme_commands_is_one_line_to_paste(name):
    """`.ci/run` reads the second command from the README."""
    (found,) = re.findall(rf"^<!-- {name} -->\n```sh\n(.*?)^```$", PAGES[0].read_text(), re.MULTILINE | re.DOTALL)
    assert found.count("\n") == 1
    assert found.startswith("python3 -m venv .venv && ")


def test_the_paths_in_contributing_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Where things are")[2].partition("## Rules")[0]
    paths = re.findall(r"`((?:ecwid_async|tests|docs)/[^`]*)`", table)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_linked_files_exist(page):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
