"""Headless Chromium, driven by playwright."""

import importlib.util
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Page

__all__ = ["needs_browser", "opened_page"]

_CHROMIUM = shutil.which("chromium")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

needs_browser = pytest.mark.skipif(
    _CHROMIUM is None or importlib.util.find_spec("playwright") is None, reason="needs Chromium and playwright"
)


@asynccontextmanager
async def opened_page(profile: Path, *arguments: str, scripts: bool = True) -> AsyncIterator["Page"]:
    """A page of a new browser, with `scripts` or without."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=_CHROMIUM,
            args=[*_ARGUMENTS, *arguments],
            headless=True,
            java_script_enabled=scripts,
        )
        try:
            browser.set_default_timeout(20_000)
            yield browser.pages[0]
        finally:
            await browser.close()
