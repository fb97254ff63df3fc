"""Endpoints for swatches, called over HTTP."""

from ecwid_async.client import Store


async def test_recent_colors_are_among_the_swatches(store: Store) -> None:
    swatches = await store.swatches.get()
    recent = await store.swatches.recent_colors()
    assert recent
    assert {swatch.hex_code for swatch in recent} <= {swatch.hex_code for swatch in swatches}
