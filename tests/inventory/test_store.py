"""The store's settings, its site, its app and its figures, over the wire."""

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from ecwid_async.client import Ecwid, Store
from ecwid_async.errors import APIError, NotFound
from ecwid_async.models.checkout_extra_fields import CheckoutExtraFieldDraft
from ecwid_async.models.domains import DomainPurchaseDraft, DomainsDraft, PurchasedDomainDraft
from ecwid_async.models.payment_options import PaymentOptionDraft
from ecwid_async.models.products import ProductDraft
from ecwid_async.models.profile import ProfileDraft
from ecwid_async.models.profile_settings import ProfileSettingsDraft
from ecwid_async.models.redirects import InstantSiteRedirectDraft
from ecwid_async.models.reports import ReportType
from ecwid_async.models.shipping_options import ShippingOptionDraft
from ecwid_async.models.storefront import StorefrontPageStatus, StorefrontPageType
from ecwid_async.sandbox.seed import DEMO_CLIENT_SECRET, app_id
from tests.inventory.pictures import ADDRESS, PNG


async def test_the_profile(store: Store) -> None:
    read = await store.profile.get()
    assert read.general_info.store_id
    assert (
        await store.profile.update(ProfileDraft(settings=ProfileSettingsDraft(store_name="Tea & more")))
    ).update_count
    changed = await store.profile.get()
    assert changed.settings.store_name == "Tea & more"
    assert changed.company == read.company


@pytest.mark.parametrize("name", ["store", "invoice", "email"])
async def test_logos(store: Store, name: str, tmp_path: Path) -> None:
    logos = store.profile.logos
    upload, delete = getattr(logos, f"upload_{name}_logo"), getattr(logos, f"delete_{name}_logo")

    async def shown() -> str | None:
        profile = await store.profile.get()
        if name == "store":
            return profile.general_info.starter_site.store_logo_url
        return getattr(profile.settings, f"{name}_logo_url")

    path = tmp_path / "logo.png"
    path.write_bytes(PNG)
    assert f"/{(await upload(PNG)).id}.png" in await shown()
    assert f"/{(await upload(path)).id}.png" in await shown()
    await upload(external_url=ADDRESS)
    assert await shown() == ADDRESS
    assert (await delete()).delete_count == 1
    assert await shown() is None


async def test_shipping_options(store: Store) -> None:
    options = store.shipping_options
    before = await options.search()
    made = (await options.create(ShippingOptionDraft(title="Pigeon", fulfilment_type="pickup"))).id
    assert (await options.update(made, ShippingOptionDraft(title="Owl", enabled=False))).update_count == 1
    [one] = [one for one in await options.search() if one.id == made]
    assert (one.title, one.enabled) == ("Owl", False)
    assert (await options.delete(made)).delete_count == 1
    assert await options.search() == before


async def test_payment_options(store: Store) -> None:
    options = store.payment_options
    before = await options.search()
    made = (await options.create(PaymentOptionDraft(checkout_title="Cash", payment_processor_id="offline"))).id
    assert (await options.get(made)).checkout_title == "Cash"
    assert (await options.update(made, PaymentOptionDraft(checkout_title="Bar"))).update_count == 1
    assert [one.checkout_title for one in await options.search()][-1:] == ["Bar"]
    assert (await options.delete(made)).delete_count == 1
    assert await options.search() == before


async def test_checkout_extra_fields(store: Store) -> None:
    fields = store.checkout_extra_fields
    assert (await fields.create(CheckoutExtraFieldDraft(key="note/1", title="Note", type="TEXT"))).create_count == 1
    assert (await fields.get("note/1")).title == "Note"
    assert (await fields.update("note/1", CheckoutExtraFieldDraft(title="Notes"))).update_count == 1
    assert ("note/1", "Notes") in [(one.key, one.title) for one in await fields.search()]
    assert (await fields.delete("note/1")).delete_count == 1
    with pytest.raises(NotFound):
        await fields.get("note/1")


async def test_dictionaries(store: Store) -> None:
    dictionaries = store.dictionaries
    countries = {one.code: one for one in await dictionaries.countries(with_states=True)}
    assert countries["DE"].name == "Germany"
    assert {one.code for one in await dictionaries.states("US")} == {one.code for one in countries["US"].states}
    assert "EUR" in [one.code for one in await dictionaries.currencies()]
    assert [one.currency_code for one in await dictionaries.currency_by_country("JP")] == ["JPY"]
    assert await dictionaries.tax_classes("US")


async def test_domains(store: Store) -> None:
    domains = store.domains
    found = await domains.search("my-mugs")
    offers = {one.name: one for one in found.domains}
    assert (found.keyword, offers["my-mugs.com"].price) == ("my-mugs", Decimal(15))
    assert offers["my-mugs.com"].status == "available"
    bought = await domains.purchase(DomainPurchaseDraft(domain_name="My-Mugs.com", first_name="Mara"))
    assert bought.domain_owner_info.first_name == "Mara"
    change = PurchasedDomainDraft(id=bought.id, primary_domain=True)
    assert (await domains.update(DomainsDraft(purchased_domains=[change]))).update_count == 1
    owned = {one.name: one for one in (await domains.get()).purchased_domains}
    assert owned["my-mugs.com"].primary_domain is True
    assert (await domains.send_verification_email("my-mugs.com"))["success"]
    assert (await domains.reset_password("my-mugs.com", send_to="admin", sub_user=False))["success"]


async def test_the_storefront(store: Store) -> None:
    made = (await store.products.create(ProductDraft(name="Green Pizza", custom_slug="pizza"))).id
    page = await store.storefront.page(slug="green-pizza", get_static_content=True)
    assert (page.status, page.type) == (StorefrontPageStatus.NONCANONICAL, StorefrontPageType.PRODUCT)
    assert page.store_entity_data.id == str(made)
    assert page.static_content.html_code


async def test_redirects(store: Store) -> None:
    redirects = store.redirects
    drafts = [InstantSiteRedirectDraft(from_url=f"/a {n}", to_url="/b") for n in range(2)]
    assert (await redirects.create(drafts)).create_count == 2
    assert (await redirects.create(drafts)).exists_count == 2
    [made] = (await redirects.get_for_path(exact_path="/a 1")).items
    assert await redirects.get(made.id) == made
    assert (await redirects.update(made.id, InstantSiteRedirectDraft(to_url="/ü"))).update_count == 1
    assert [one.to_url for one in await redirects.search(keyword="/a 1").all()] == ["/ü"]
    assert (await redirects.delete(made.id)).delete_count == 1
    with pytest.raises(NotFound):
        await redirects.get(made.id)


async def test_feeds_for_marketplaces(store: Store) -> None:
    channels = store.sales_channels
    for feed in (
        channels.google_shopping,
        channels.shopzilla,
        channels.yahoo_shopping,
        channels.yandex_market,
        channels.yandex_market_dbs,
    ):
        assert (await feed()).marketplace_config


async def test_what_images_look_like(store: Store) -> None:
    colors = await store.images.main_colors([ADDRESS, "https://example.com/b.png"], colors_count=3)
    assert [len(one.colors) for one in colors.values()] == [3, 3]
    assert colors.keys() == {ADDRESS, "https://example.com/b.png"}


async def test_figures(store: Store) -> None:
    before = await store.reports.latest_stats(product_count_required=True)
    await store.products.create(ProductDraft(name="One more"))
    after = await store.reports.latest_stats(product_count_required=True)
    assert after.product_count == before.product_count + 1
    assert after.products_updated >= before.products_updated


async def test_every_report(store: Store) -> None:
    for report in ReportType:
        read = await store.reports.get(report, time_scale_value="year")
        assert read.report_type == report
        assert read.dataset
        assert (await store.reports.tip(report)).tip


async def test_storage(store: Store) -> None:
    storage = store.storage
    assert (await storage.add("a/ключ", '{"n": 1}')).success
    assert (await storage.get("a/ключ")).value == '{"n": 1}'
    assert (await storage.update("a/ключ", "Größe + M")).success
    assert {one.key: one.value for one in await storage.search()}["a/ключ"] == "Größe + M"
    assert (await storage.delete("a/ключ")).success
    with pytest.raises(NotFound):
        await storage.get("a/ключ")


async def test_charges(store: Store) -> None:
    key = str(uuid4())
    charges = [
        await store.billing.create_transaction(Decimal("4.90"), "EUR", "Tea", key, metadata={"plan": "tea"})
        for _ in range(2)
    ]
    assert [one.idempotency_key_in_use for one in charges] == [False, True]
    assert charges[0].transaction_id == charges[1].transaction_id


async def test_the_app(store: Store, ecwid: Ecwid) -> None:
    subscription = await store.application.get()
    assert subscription.subscription_status == "ACTIVE"
    app = ecwid.application(app_id(store.store_id), DEMO_CLIENT_SECRET)
    assert (await app.get()).subscription_status == "ACTIVE"
    assert (await store.application.token()).permissions
    assert (await store.application.cancel(app_id(store.store_id))).delete_count == 1


async def test_batches(store: Store) -> None:
    product = (await store.products.create(ProductDraft(name="Batched", price=1))).id
    calls = [
        store.products.update(product, ProductDraft(price=Decimal("12.50"))),
        store.products.get(product),
        store.products.get(1),
    ]
    ticket = (await store.batches.create(calls, stop_on_first_failure=False, group_id="tea")).ticket
    status = await store.batches.get(ticket, escaped_json=True)
    assert (status.status, status.completed_requests) == ("COMPLETED", 3)
    assert [one.http_status_code for one in status.responses] == [200, 200, 404]
    assert '"price":12.5' in status.responses[1].escaped_http_body
    assert (await store.batches.cancel_group("tea")).update_count == 0
    assert (await store.batches.delete(ticket)).delete_count == 1


async def test_what_is_refused_says_why(store: Store) -> None:
    with pytest.raises(APIError) as caught:
        await store.products.create(ProductDraft(name=""))
    assert (caught.value.status, caught.value.code) == (400, "WRONG_PARAMETER")
