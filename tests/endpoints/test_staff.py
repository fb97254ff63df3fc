"""Endpoints for staff accounts, called over HTTP."""

from ecwid_async.client import Store
from ecwid_async.models.staff import StaffDraft, StaffScope


async def test_a_staff_account_is_invited_changed_and_deleted(store: Store) -> None:
    staff = store.staff
    assert StaffScope.REPORT_ACCESS in await store.profile.staff_scopes()
    for email in ("ann@example.com", "bob@example.com"):
        assert (await staff.create(StaffDraft(email=email, staff_scopes=[StaffScope.REPORT_ACCESS]))).success
    accounts = {one.email: one for one in await staff.search()}
    ann = accounts["ann@example.com"].id
    assert (await staff.get(ann)).staff_scopes == [StaffScope.REPORT_ACCESS]
    assert (await staff.update(ann, StaffDraft(staff_scopes=[StaffScope.SALES_MANAGEMENT]))).update_count == 1
    assert (await staff.get(ann)).staff_scopes == [StaffScope.SALES_MANAGEMENT]
    assert (await staff.resend_invite("bob@example.com")).success
    assert (await staff.cancel_invite("bob@example.com")).delete_count == 1
    assert (await staff.delete(ann)).delete_count == 1
    assert {"ann@example.com", "bob@example.com"}.isdisjoint({one.email for one in await staff.search()})


async def test_an_account_read_by_id_has_the_same_email_and_scopes_as_in_the_list(store: Store) -> None:
    """The list has more fields. In the documentation's example too, an account has only these."""
    for account in await store.staff.search():
        read = await store.staff.get(account.id)
        assert (read.email, read.staff_scopes) == (account.email, account.staff_scopes)
