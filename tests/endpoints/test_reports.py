"""Endpoints for reports, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.products import ProductDraft
from ecwid_async.models.reports import ReportType


async def test_latest_stats_include_a_new_product(store: Store) -> None:
    before = await store.reports.latest_stats(product_count_required=True)
    await store.products.create(ProductDraft(name="One more"))
    after = await store.reports.latest_stats(product_count_required=True)
    assert after.product_count == before.product_count + 1
    assert after.products_updated >= before.products_updated


async def test_every_report_type_can_be_read(store: Store) -> None:
    for report in ReportType:
        read = await store.reports.get(report, time_scale_value="year")
        assert read.report_type == report
        assert read.dataset
        assert (await store.reports.tip(report)).tip
