"""Helpers that create a product with options and its variations."""

SIZE = {
    "type": "SIZE",
    "name": "Size",
    "nameTranslated": {"de": "Größe"},
    "choices": [
        {"text": "S", "textTranslated": {"de": "klein"}},
        {"text": "M", "priceModifier": 2},
        {"text": "L", "priceModifier": 50, "priceModifierType": "PERCENT"},
    ],
}
COLOR = {"type": "SELECT", "name": "Color", "choices": [{"text": "Red"}, {"text": "Blue"}]}


def create_shirt(api, **fields):
    """Create a product with the options `SIZE` and `COLOR`; returns its path."""
    fields = {"name": "Shirt", "sku": "SHIRT", "price": 10, "options": [SIZE, COLOR], **fields}
    return f"/products/{api.post('/products', fields)['id']}"


def chosen_options(**options):
    return [{"name": name, "value": value} for name, value in options.items()]


def create_variation(api, product, size="S", **fields):
    return api.post(f"{product}/combinations", {"options": chosen_options(Size=size), **fields})["id"]
