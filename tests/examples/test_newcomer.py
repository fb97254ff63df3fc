"""The steps of `docs/apps.md`, as a newcomer follows them: its commands, its code, the example."""

import asyncio
import html
import re
import shlex
import shutil
import sys
from pathlib import Path

import aiohttp
import pytest

from ecwid_async.tokens import new_key
from tests.examples.running_app import EXAMPLES, Browser, app_process, end, reserved_port

PAGE = Path(__file__).parents[2] / "docs" / "apps.md"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel"),
]


def step(number: int, language: str) -> str:
    """The first block of a step."""
    text = PAGE.read_text(encoding="utf-8").partition(f"**{number}. ")[2]
    block = re.search(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[1]


async def read_until(process: asyncio.subprocess.Process, text: str) -> str:
    assert process.stdout is not None
    output = ""
    async with asyncio.timeout(60):
        while text not in output:
            line = await process.stdout.readline()
            assert line, output
            output += line.decode()
    return output


async def test_a_newcomer_follows_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"examples/(\w+\.py)", step(1, "sh")):
        shutil.copy(EXAMPLES / name, tmp_path)
    (command,) = [line for line in step(2, "sh").replace("\\\n", "").splitlines() if line.startswith("ecwid ")]
    with reserved_port() as port:
        app_url = f"http://127.0.0.1:{port}"
        words = shlex.split(command.replace("http://127.0.0.1:8000", app_url))[1:]
        monkeypatch.delenv("ECWID_CLIENT_SECRET", raising=False)
        sandbox = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ecwid_async", *words, "--port", "0", stdout=asyncio.subprocess.PIPE
        )
        try:
            printed = await read_until(sandbox, "The app's page")
            exports = dict(re.findall(r"export (\w+)=(\S+)", printed))
            for name, value in exports.items():
                monkeypatch.setenv(name, value)
            (panel,) = re.findall(r"(http\S+/cp/\S+)", printed)
            settings = {
                "APP_URL": app_url,
                "APP_CONTROL_PANELS": panel.partition("/cp/")[0],
                "ECWID_TOKEN_KEYS": new_key(),
            }
            async with (
                app_process("fastapi_app.py", port, settings, tmp_path) as app,
                aiohttp.ClientSession() as client,
            ):
                await read_until(app, "running on http://")
                browser = Browser(client)
                _, status, page = await browser.install(app_url)
                assert (status, "installed" in page) == (200, True)

                words = shlex.split(step(5, "sh"))[1:]
                order = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "ecwid_async", *words, stdout=asyncio.subprocess.PIPE
                )
                printed, _ = await order.communicate()
                assert order.returncode == 0, printed
                logged = re.search(r"order (\w+) of store", await read_until(app, "is PAID"))
                assert logged is not None

                _, _, framing = await browser.open(panel)
                source = re.search(r'src="([^"]+)"', framing)
                assert source is not None
                _, status, page = await browser.open(html.unescape(source[1]))
                assert (status, f"<li>{logged[1]}: 25 PAID" in page) == (200, True), page
        finally:
            await end(sandbox)
