"""Endpoints for dictionaries, called over HTTP."""

from ecwid_async.client import Store


async def test_dictionaries_list_countries_states_currencies_and_tax_classes(store: Store) -> None:
    dictionaries = store.dictionaries
    countries = {one.code: one for one in await dictionaries.countries(with_states=True)}
    assert countries["DE"].name == "Germany"
    assert {one.code for one in await dictionaries.states("US")} == {one.code for one in countries["US"].states}
    assert "EUR" in [one.code for one in await dictionaries.currencies()]
    assert [one.currency_code for one in await dictionaries.currency_by_country("JP")] == ["JPY"]
    assert await dictionaries.tax_classes("US")
