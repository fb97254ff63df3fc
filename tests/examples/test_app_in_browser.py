"""The example in headless Chromium: the owner of a store installs it and opens its page in the control panel."""

from pathlib import Path

import pytest

from tests.browser import needs_browser, opened_page
from tests.examples.running_app import CLIENT_ID, EXAMPLES, STORE, running_app
from tests.examples.test_apps import create_order, owner_of

pytestmark = [
    pytest.mark.slow,
    needs_browser,
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not in the wheel"),
]


async def test_the_owner_of_a_store_installs_it_and_sees_an_order(tmp_path: Path) -> None:
    async with (
        running_app(tmp_path / "app") as app,
        owner_of(app) as store,
        opened_page(tmp_path / "browser", scripts=False) as page,
    ):
        await page.goto(f"{app.url}/ecwid/install")
        assert await page.locator("li").all_inner_texts() == [
            "read_catalog",
            "read_customers",
            "read_orders",
            "read_store_profile",
        ]
        await page.get_by_role("button", name="Accept").click()
        assert page.url.startswith(app.url)
        assert "installed" in await page.locator("body").inner_text()

        order_id = await create_order(store, 7)
        await app.wait_for(f"order {order_id} of store {STORE} is PAID")
        await page.goto(f"{app.api_url.partition('/api/')[0]}/cp/{CLIENT_ID}/{STORE}")
        item = page.frame_locator("iframe").locator("li")
        assert await item.inner_text() == f"{order_id}: 25 PAID"
        assert await app.status("/ecwid/ready") == 200
