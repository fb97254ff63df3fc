"""Brands."""

from tests.sandbox.routes.product_helpers import create_product


def test_brands_are_collected_from_products(api):
    for name, times in {"Zeta": 2, "alpha": 3, "Beta & Co": 1}.items():
        for _ in range(times):
            create_product(api, attributes=[{"alias": "BRAND", "value": name}])
    create_product(api, enabled=False, attributes=[{"alias": "BRAND", "value": "Secret"}])

    def brands(**params):
        return [brand["name"] for brand in api.get("/brands", **params)["items"]]

    assert brands() == ["alpha", "Zeta", "Beta & Co"]
    assert brands(sortBy="PRODUCT_COUNT_ASC") == ["Beta & Co", "Zeta", "alpha"]
    assert brands(sortBy="NAME_ASC", hidden_brands=True) == ["alpha", "Beta & Co", "Secret", "Zeta"]
    assert brands(sortBy="NAME_ASC", hiddenBrands=True) == brands(sortBy="NAME_ASC", hidden_brands=True)
    assert brands(sortBy="NAME_DESC", limit=1, offset=1) == ["Beta & Co"]
    beta = api.get("/brands", baseUrl="https://shop.example", sortBy="NAME_ASC")["items"][1]
    assert beta["productsFilteredByBrandUrl"] == "https://shop.example/search?attribute_Brand=Beta+%26+Co"
