"""The sandbox's tables agree with those of the API in ``tests/spec``.

Most of the file derives the former from the latter. Run it as a script to write them again:
``python tests/sandbox/test_spec.py``.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ecwid_async.sandbox import routes, spec

TABLES = Path(__file__).parents[1] / "spec"
SHIPPED = Path(spec.__file__).parent

VENDOR_ENDPOINTS = msgspec.json.decode((TABLES / "vendor.json").read_bytes())
DISPLAY_FIELDS = re.compile("Formatted$|^(defaultD|d)isplayed")

# The documentation lists the scopes of all five histories together; an app needs only that of the section.
HISTORY_SCOPES = {
    "GET /coupons/deleted": "read_discount_coupons",
    "GET /customers/deleted": "read_customers",
    "GET /orders/deleted": "read_orders",
    "GET /products/deleted": "read_catalog",
    "GET /reviews/deleted": "read_reviews",
}

# The documentation has only a POST; the vendor's own client sends a GET.
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

# Parameters from the vendor's own client and from the texts of the documentation, missing in its tables.
EXTRA_PARAMETERS: dict[str, dict[str, Any]] = {
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

# Body fields of the vendor's own client, missing in the documentation.
EXTRA_FIELDS: dict[str, dict[str, Any]] = {
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
EXTRA_FIELDS["ProductCreate"] = {
    **EXTRA_FIELDS["ProductUpdate"],
    "nameYourPriceEnabled": "boolean",
    "priceDefaultTier": "number",
    "customPriceTiers": ["ProductUpdateCustomPriceTier"],
    "ribbon": "ProductUpdateRibbon",
}
EXTRA_FIELDS["ProductAttribute"] = {"alias": "string"}
EXTRA_FIELDS["ProductRelatedProducts"] = {"productSkus": ["string"]}
EXTRA_FIELDS["ProductFiltersRequestParams"] = {"*": "string"}
EXTRA_FIELDS["CategoryCreate"] = EXTRA_FIELDS["CategoryUpdate"]


def derive_parameter(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": row["type"],
        **({"multiple": True} if row.get("multiple") else {}),
        **({"required": True} if row["required"] else {}),
        **({"enum": [str(value) for value in row["enum"]]} if "enum" in row else {}),
    }


def derive_endpoint(row: dict[str, Any]) -> dict[str, Any]:
    operation = f"{row['method']} {row['path']}"
    request = row["request"]
    limits = next((p for p in row["query_params"] if p["name"] == "limit"), None)
    return {
        "section": row["section"],
        "scopes": [HISTORY_SCOPES[operation]] if operation in HISTORY_SCOPES else row["scopes"],
        "params": {p["name"]: derive_parameter(p) for p in row["query_params"]},
        "content": request["content_type"],
        **({"body": request["schema"]} if request["schema"] else {}),
        **({"many": True} if request.get("list") else {}),
        **({"limit": limits.get("default", 100)} if limits else {}),
        **({"optional_scopes": row["optional_scopes"]} if row.get("optional_scopes") else {}),
    }


def derive_shape(field: dict[str, Any]) -> Any:
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


def derive_schema(name: str, schemas: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    fields = {}
    for field in schemas[name]["fields"]:
        if field.get("read_only"):
            continue
        fields[field["name"]] = derive_shape(field)
        # Some request tables call a translation map a string; the table of the entity is correct. Surcharges are an
        # exception: there it is text in every example.
        entity = name.removesuffix("Create").removesuffix("Update")
        translated = field["name"].endswith("Translated") and not name.endswith("CustomSurcharge")
        if fields[field["name"]] == "string" and translated:
            fields[field["name"]] = {"*": "string"}
        elif entity != name and fields[field["name"]] == "any" and field["name"] in described.get(entity, {}):
            fields[field["name"]] = described[entity][field["name"]]
    return fields | EXTRA_FIELDS.get(name, {})


def schema_names(shape: Any) -> list[str]:
    match shape:
        case [inner] | {"*": inner}:
            return schema_names(inner)
        case str(name) if name[:1].isupper():
            return [name]
        case _:
            return []


def derive() -> dict[str, Any]:
    """The sandbox's tables: all endpoints, and the schemas of all request bodies."""
    rows = msgspec.json.decode((TABLES / "endpoints.json").read_bytes())
    schemas = msgspec.json.decode((TABLES / "schemas.json").read_bytes())
    endpoints = {f"{row['method']} {row['path']}": derive_endpoint(row) for row in rows}
    # Documented as required in the query, but in the body of the documentation's example.
    del endpoints["POST /products/filters"]["params"]["filterFields"]["required"]
    # The same endpoint returns one batch, or a list of batches without a ticket.
    del endpoints["GET /batch"]["params"]["ticket"]["required"]
    endpoints["GET /products/filters"] = FILTERS_BY_QUERY | {
        "params": endpoints["GET /products"]["params"] | FILTERS_BY_QUERY["params"]
    }
    for operation, params in EXTRA_PARAMETERS.items():
        endpoints[operation]["params"] |= params
    described = {name: {f["name"]: derive_shape(f) for f in table["fields"]} for name, table in schemas.items()}
    derived: dict[str, Any] = {}
    pending = [row["body"] for row in endpoints.values() if "body" in row]
    while pending:
        name = pending.pop()
        if name in derived or name not in schemas:
            continue
        derived[name] = derive_schema(name, schemas, described)
        pending += [ref for shape in derived[name].values() for ref in schema_names(shape)]
    return {"endpoints": dict(sorted(endpoints.items())), "schemas": dict(sorted(derived.items()))}


def derive_vendor() -> dict[str, Any]:
    """The body fields of the vendor's own client that are not documented, without those it only displays."""
    documented = msgspec.json.decode((TABLES / "schemas.json").read_bytes())
    vendor = msgspec.json.decode((TABLES / "vendor_schemas.json").read_bytes())
    described = {name: {f["name"]: derive_shape(f) for f in table["fields"]} for name, table in documented.items()}
    shipped: dict[str, Any] = msgspec.json.decode((SHIPPED / "schemas.json").read_bytes())
    pending = [*shipped, *(row["request"]["schema"] for row in VENDOR_ENDPOINTS if row["request"]["schema"])]
    derived: dict[str, Any] = {}
    while pending:
        name = pending.pop()
        if name in derived:
            continue
        known = {} if name in shipped else described.get(name, {})
        fields = (field for field in vendor.get(name, {}).get("fields", ()) if not DISPLAY_FIELDS.search(field["name"]))
        derived[name] = known | {field["name"]: derive_shape(field) for field in fields}
        pending += [ref for shape in derived[name].values() for ref in schema_names(shape)]
    return {name: fields for name, fields in sorted(derived.items()) if fields}


@pytest.mark.parametrize("table", ["endpoints", "schemas"])
def test_the_shipped_tables_are_derived_from_the_api(table):
    assert msgspec.json.decode((SHIPPED / f"{table}.json").read_bytes()) == derive()[table]


@pytest.mark.parametrize("row", VENDOR_ENDPOINTS, ids=[row["id"] for row in VENDOR_ENDPOINTS])
def test_endpoints_of_the_vendors_own_client_are_shipped(row):
    shipped = spec.load().endpoints[f"{row['method']} {row['path']}"]
    request = row["request"]
    assert (shipped.section, shipped.content, shipped.body, shipped.many) == (
        row["section"],
        request["content_type"],
        request["schema"],
        request.get("list", False),
    )
    # Every GET accepts responseFields, even if its table does not list it.
    assert {parameter["name"] for parameter in row["query_params"]} - {"responseFields"} <= shipped.params.keys()


def test_body_fields_of_the_vendors_own_client_are_shipped():
    shipped = msgspec.json.decode((SHIPPED / "vendor_schemas.json").read_bytes())["schemas"]
    assert shipped == derive_vendor(), f"run python {Path(__file__).relative_to(TABLES.parents[1])}"


def test_every_endpoint_is_served():
    assert set(spec.load().endpoints) == set(routes.load().operations)


def test_every_schema_that_a_body_refers_to_exists():
    tables = spec.load()
    referenced = {ref for fields in tables.schemas.values() for shape in fields.values() for ref in schema_names(shape)}
    referenced |= {endpoint.body for endpoint in tables.endpoints.values() if endpoint.body}
    assert referenced <= set(tables.schemas)


if __name__ == "__main__":
    for table, rows in derive().items():
        lines = (f'"{name}":{msgspec.json.encode(row).decode()}' for name, row in rows.items())
        (SHIPPED / f"{table}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    lines = (f'"{name}":{msgspec.json.encode(row).decode()}' for name, row in derive_vendor().items())
    (SHIPPED / "vendor_schemas.json").write_text('{\n"schemas":{\n' + ",\n".join(lines) + "\n}\n}\n")
