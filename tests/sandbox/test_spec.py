"""The sandbox's own tables say what the API's tables say.

Run as a script, this file writes them anew: ``python tests/sandbox/test_spec.py``.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ecwid_async.sandbox import routes, spec

TABLES = Path(__file__).parents[1] / "spec"
SHIPPED = Path(spec.__file__).parent

VENDOR_ROWS = msgspec.json.decode((TABLES / "vendor.json").read_bytes())
SHOWN = re.compile("Formatted$|^(defaultD|d)isplayed")

# The documentation names the scopes of all five histories at once; a store's app needs the one of its section.
HISTORY_SCOPES = {
    "GET /coupons/deleted": "read_discount_coupons",
    "GET /customers/deleted": "read_customers",
    "GET /orders/deleted": "read_orders",
    "GET /products/deleted": "read_catalog",
    "GET /reviews/deleted": "read_reviews",
}

# The documentation has a POST only; the vendor's own client asks with a GET.
FILTERS_BY_QUERY: dict[str, Any] = {
    "section": "products",
    "scopes": ["read_catalog"],
    "content": "none",
    "params": {
        "filterFields": {"type": "string", "multiple": True, "required": True},
        "filterFacetLimit": {"type": "string", "multiple": True},
        "filterParentCategoryId": {"type": "string"},
        "lang": {"type": "string"},
    },
}

# What the vendor's own client and the texts of the documentation ask beside the documented parameters.
ALSO_ASKED: dict[str, dict[str, Any]] = {
    "GET /categories": {
        "baseUrl": {"type": "string"},
        "cleanUrls": {"type": "boolean"},
        "productIds": {"type": "boolean"},
    },
    "GET /categories/{categoryId}": {"cleanUrls": {"type": "boolean"}},
    "GET /products": {"lang": {"type": "string"}},
    "PUT /products/{productId}": {
        "checkLowStockNotification": {"type": "boolean"},
        "keepOptionDisplaySettings": {"type": "boolean"},
        "rebuildVariationsOnOptionsUpdate": {"type": "boolean"},
    },
}

# What the vendor's own client writes beside the documented fields.
ALSO_WRITABLE: dict[str, dict[str, Any]] = {
    "ProductUpdate": {
        "compositeComponents": ["ProductCompositeComponent"],
        "compositeParents": ["integer"],
        "costPrice": "number",
        "googleProductCategory": "integer",
        "isSampleProduct": "boolean",
        "lowestPrice": "number",
        "media": "ProductMedia",
        "productCondition": "string",
        "ribbonTranslated": {"*": "string"},
        "shippingPreparationTime": "any",
        "showDeliveryTimeInStorefront": "boolean",
        "subscriptionSettings": "ProductSubscriptionSettings",
    },
    "CategoryUpdate": {"alt": "any", "isSampleCategory": "boolean"},
}
ALSO_WRITABLE["ProductCreate"] = {
    **ALSO_WRITABLE["ProductUpdate"],
    "nameYourPriceEnabled": "boolean",
    "priceDefaultTier": "number",
    "customPriceTiers": ["ProductUpdateCustomPriceTier"],
    "ribbon": "ProductUpdateRibbon",
}
ALSO_WRITABLE["ProductAttribute"] = {"alias": "string"}
ALSO_WRITABLE["ProductRelatedProducts"] = {"productSkus": ["string"]}
ALSO_WRITABLE["ProductFiltersRequestParams"] = {"*": "string"}
ALSO_WRITABLE["CategoryCreate"] = ALSO_WRITABLE["CategoryUpdate"]


def parameter(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": row["type"],
        **({"multiple": True} if row.get("multiple") else {}),
        **({"required": True} if row["required"] else {}),
        **({"enum": [str(value) for value in row["enum"]]} if "enum" in row else {}),
    }


def endpoint(row: dict[str, Any]) -> dict[str, Any]:
    operation = f"{row['method']} {row['path']}"
    request = row["request"]
    limits = next((p for p in row["query_params"] if p["name"] == "limit"), None)
    return {
        "section": row["section"],
        "scopes": [HISTORY_SCOPES[operation]] if operation in HISTORY_SCOPES else row["scopes"],
        "params": {p["name"]: parameter(p) for p in row["query_params"]},
        "content": request["content_type"],
        **({"body": request["schema"]} if request["schema"] else {}),
        **({"many": True} if request.get("list") else {}),
        **({"limit": limits.get("default", 100)} if limits else {}),
        **({"optional_scopes": row["optional_scopes"]} if row.get("optional_scopes") else {}),
    }


def kind(field: dict[str, Any]) -> Any:
    inner = field.get("ref") or field.get("item") or "any"
    match field["type"]:
        case "array":
            return [inner]
        case "map":
            return {"*": inner}
        case "object":
            return field.get("ref", "any")
        case other:
            return "any" if "alt_types" in field else other


def schema(name: str, schemas: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    fields = {}
    for field in schemas[name]["fields"]:
        if field.get("read_only"):
            continue
        fields[field["name"]] = kind(field)
        # A translation map is a string in some request tables; the entity's own table knows better. With surcharges
        # it is text in every example, too.
        entity = name.removesuffix("Create").removesuffix("Update")
        translated = field["name"].endswith("Translated") and not name.endswith("CustomSurcharge")
        if fields[field["name"]] == "string" and translated:
            fields[field["name"]] = {"*": "string"}
        elif entity != name and fields[field["name"]] == "any" and field["name"] in described.get(entity, {}):
            fields[field["name"]] = described[entity][field["name"]]
    return fields | ALSO_WRITABLE.get(name, {})


def refs(shape: Any) -> list[str]:
    match shape:
        case [inner] | {"*": inner}:
            return refs(inner)
        case str(name) if name[:1].isupper():
            return [name]
        case _:
            return []


def derive() -> dict[str, Any]:
    """The compact tables: every endpoint, and the shape of every body that is written."""
    rows = msgspec.json.decode((TABLES / "endpoints.json").read_bytes())
    schemas = msgspec.json.decode((TABLES / "schemas.json").read_bytes())
    endpoints = {f"{row['method']} {row['path']}": endpoint(row) for row in rows}
    # Named as required in the query, and sent in the body by the documentation's own example.
    del endpoints["POST /products/filters"]["params"]["filterFields"]["required"]
    # One endpoint for one batch and for the list of them.
    del endpoints["GET /batch"]["params"]["ticket"]["required"]
    endpoints["GET /products/filters"] = FILTERS_BY_QUERY | {
        "params": endpoints["GET /products"]["params"] | FILTERS_BY_QUERY["params"]
    }
    for operation, params in ALSO_ASKED.items():
        endpoints[operation]["params"] |= params
    described = {name: {f["name"]: kind(f) for f in table["fields"]} for name, table in schemas.items()}
    written: dict[str, Any] = {}
    wanted = [row["body"] for row in endpoints.values() if "body" in row]
    while wanted:
        name = wanted.pop()
        if name in written or name not in schemas:
            continue
        written[name] = schema(name, schemas, described)
        wanted += [ref for shape in written[name].values() for ref in refs(shape)]
    return {"endpoints": dict(sorted(endpoints.items())), "schemas": dict(sorted(written.items()))}


def derive_vendor() -> dict[str, Any]:
    """What the vendor's own client writes into bodies beside the documented fields; what it only shows is left out."""
    documented = msgspec.json.decode((TABLES / "schemas.json").read_bytes())
    vendor = msgspec.json.decode((TABLES / "vendor_schemas.json").read_bytes())
    described = {name: {f["name"]: kind(f) for f in table["fields"]} for name, table in documented.items()}
    shipped: dict[str, Any] = msgspec.json.decode((SHIPPED / "schemas.json").read_bytes())
    wanted = [*shipped, *(row["request"]["schema"] for row in VENDOR_ROWS if row["request"]["schema"])]
    written: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name in written:
            continue
        known = {} if name in shipped else described.get(name, {})
        fields = (field for field in vendor.get(name, {}).get("fields", ()) if not SHOWN.search(field["name"]))
        written[name] = known | {field["name"]: kind(field) for field in fields}
        wanted += [ref for shape in written[name].values() for ref in refs(shape)]
    return {name: fields for name, fields in sorted(written.items()) if fields}


@pytest.mark.parametrize("table", ["endpoints", "schemas"])
def test_the_shipped_tables_are_those_of_the_api(table):
    assert msgspec.json.decode((SHIPPED / f"{table}.json").read_bytes()) == derive()[table]


@pytest.mark.parametrize("row", VENDOR_ROWS, ids=[row["id"] for row in VENDOR_ROWS])
def test_what_only_the_vendors_own_client_asks_for_is_there(row):
    shipped = spec.load().endpoints[f"{row['method']} {row['path']}"]
    request = row["request"]
    assert (shipped.section, shipped.content, shipped.body, shipped.many) == (
        row["section"],
        request["content_type"],
        request["schema"],
        request.get("list", False),
    )
    # Every GET takes the fields to answer, whether its table says so or not.
    assert {parameter["name"] for parameter in row["query_params"]} - {"responseFields"} <= shipped.params.keys()


def test_what_only_the_vendors_own_client_writes_is_taken():
    shipped = msgspec.json.decode((SHIPPED / "vendor_schemas.json").read_bytes())["schemas"]
    assert shipped == derive_vendor(), f"run python {Path(__file__).relative_to(TABLES.parents[1])}"


def test_every_endpoint_is_served():
    assert set(spec.load().endpoints) == set(routes.load().operations)


def test_every_shape_a_body_names_is_there():
    tables = spec.load()
    named = {ref for fields in tables.schemas.values() for shape in fields.values() for ref in refs(shape)}
    named |= {endpoint.body for endpoint in tables.endpoints.values() if endpoint.body}
    assert named <= set(tables.schemas)


if __name__ == "__main__":
    for table, rows in derive().items():
        lines = (f'"{name}":{msgspec.json.encode(row).decode()}' for name, row in rows.items())
        (SHIPPED / f"{table}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    lines = (f'"{name}":{msgspec.json.encode(row).decode()}' for name, row in derive_vendor().items())
    (SHIPPED / "vendor_schemas.json").write_text('{\n"schemas":{\n' + ",\n".join(lines) + "\n}\n}\n")
