"""Endpoints for domains, called over HTTP."""

from decimal import Decimal

from ecwid_async.client import Store
from ecwid_async.models.domains import DomainPurchaseDraft, DomainsDraft, PurchasedDomainDraft


async def test_a_domain_is_found_purchased_and_changed(store: Store) -> None:
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
