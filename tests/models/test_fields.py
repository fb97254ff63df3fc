"""Every documented field is an attribute of the right type, and every attribute is documented."""

import importlib
import inspect
import re
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs
import pytest

from ecwid_async.models.base import Draft, Model, Unset, wire_name
from tests.models.spec import MODULES, Spec

SCALARS = {
    "any": "object",
    "boolean": "bool",
    "date": "date",
    "datetime": "datetime",
    "integer": "int",
    "number": "Decimal",
    "object": "dict[str, object]",
    "string": "str",
}


def attributes(cls: type) -> dict[str, Any]:
    """The declared types by wire name, or by the prefix of a field with a prefix."""
    return {
        field.metadata.get("ecwid_prefix") or wire_name(field): field.type
        for field in attrs.fields(cls)
        if field.name != "extra"
    }


def wire_key(name: str) -> str:
    """The fixed part of a name: ``attribute_`` for ``attribute_{attrName}``."""
    return re.sub(r"\{.*", "", name)


def members(declared: Any) -> set[Any]:
    return set(get_args(declared)) if get_origin(declared) in (Union, UnionType) else {declared}


def type_text(declared: Any) -> str:
    """A type as text, with sorted alternatives and None last."""
    if get_origin(declared) in (list, dict):
        inner = ", ".join(type_text(part) for part in get_args(declared))
        return f"{get_origin(declared).__name__}[{inner}]"
    names = (
        "None" if part is NoneType else type_text(part) if get_origin(part) else part.__name__
        for part in members(declared)
    )
    return " | ".join(sorted(names, key=lambda name: (name == "None", name)))


def without_enums(declared: Any) -> Any:
    """A type without its enums: only text is left of open enums."""
    if get_origin(declared) is list:
        return list[without_enums(get_args(declared)[0])]  # type: ignore[misc]
    kept = [part for part in members(declared) if not (isinstance(part, type) and issubclass(part, StrEnum))]
    return Union[tuple(without_enums(part) if get_origin(part) is list else part for part in kept)]  # noqa: UP007


def expected(spec: Spec, schema: str, field: dict[str, Any], *, draft: bool) -> str:
    """The documented type of a field."""
    number = "Decimal | int" if draft else "Decimal"
    scalars = {**SCALARS, "number": number}
    reference = field.get("ref") or field.get("json_ref")
    held = " | ".join(sorted(map(spec.class_name, [*spec.variants(reference), reference]))) if reference else None
    if reference and spec.fields[reference][0]["name"] == "*":
        held = "dict[str, list[list[Decimal]]]"
    if field["type"] == "array":
        return f"list[{held or scalars.get(field.get('item', ''), 'list[str]')}]"
    if field["type"] == "map":
        return f"dict[str, {held or {**scalars, 'array': 'list[str]'}[field['item']]}]"
    parts = [held or scalars[field["type"]], *(scalars[other] for other in field.get("alt_types", ()))]
    if "pattern" in field:
        return f"dict[str, {parts[0]}]"
    return " | ".join(sorted({name for part in parts for name in part.split(" | ")}))


def optional(declared: Any, *, draft: bool) -> Any:
    """A type without None and, in drafts, `UNSET`, both of which every type must have."""
    outer = {NoneType, Unset} if draft else {NoneType}
    assert outer <= members(declared)
    return Union[tuple(members(declared) - outer)]  # noqa: UP007


def test_every_field_has_an_attribute_of_its_type(schema: str, spec: Spec) -> None:
    cls = spec.class_of(schema)
    draft = issubclass(cls, Draft)
    declared = attributes(cls)
    for field in spec.fields[schema]:
        name = f"{schema}.{field['name']}"
        if spec.deviation("absent", name) is not None:
            assert field["name"] not in declared, name
            continue
        found = without_enums(optional(declared[wire_key(field["name"])], draft=draft))
        deviation = spec.deviation("types", name)
        documented = expected(spec, schema, field, draft=draft)
        if deviation is None:
            assert type_text(found) == documented, name
        else:
            assert type_text(found) == deviation[0] != documented, name


def test_every_documented_value_is_a_member_of_an_open_enum(schema: str, spec: Spec) -> None:
    declared = attributes(spec.class_of(schema))
    for field in spec.fields[schema]:
        name = f"{schema}.{field['name']}"
        if "enum" not in field or spec.deviation("plain_text", name) is not None:
            continue
        parts = members(declared[field["name"]])
        if field["type"] == "array":
            (parts,) = (members(get_args(part)[0]) for part in parts if get_origin(part) is list)
        (enum,) = (part for part in parts if isinstance(part, type) and issubclass(part, StrEnum))
        assert str in parts, name
        left_out, _ = spec.deviation("enum_values", name) or ([], "")
        assert set(field["enum"]) <= {member.value for member in enum} | set(left_out), name


def test_documented_values_of_parameters_and_plain_lists_are_members_of_an_enum(spec: Spec) -> None:
    members = [{member.value for member in enum} for enum in spec.enums]
    documented = [
        parameter["enum"]
        for endpoint in spec.endpoints
        for parameter in (*endpoint["path_params"], *endpoint["query_params"])
        if "enum" in parameter
        and parameter["type"] == "string"
        and parameter["name"] != "filterFields"  # text, since it can contain the name of an option
    ]
    documented += [field["enum"] for field in spec.fields["StaffScopes"]]
    assert documented
    for values in documented:
        assert any(values_of >= set(values) for values_of in members), values


def test_every_variant_has_its_tag(spec: Spec) -> None:
    variants = {name: schema for name, schema in spec.schemas.items() if "variant_of" in schema}
    assert variants
    for name, schema in variants.items():
        cls = spec.class_of(name)
        assert issubclass(cls, Model)
        assert cls.tag == tuple(schema["tag"])
        general = spec.class_of(schema["variant_of"])
        assert issubclass(general, Model)
        assert general.tag is None


def test_every_attribute_is_documented(name: str, spec: Spec) -> None:
    schemas = [schema for schema in spec.schemas_with_class if spec.class_name(schema) == name]
    assert schemas, "no schema has this class"
    documented = {wire_key(field["name"]) for schema in schemas for field in spec.fields[schema]}
    added = {key.partition(".")[2] for key in spec.deviations["added"] if key.startswith(f"{name}.")}
    assert not added & documented
    assert set(attributes(spec.classes[name])) - documented == added


def test_every_deviation_still_applies(spec: Spec) -> None:
    fields = [f"{schema}.{field['name']}" for schema in spec.fields for field in spec.fields[schema]]
    for kind, names in {
        "classes": spec.fields,
        "no_class": spec.fields,
        "types": fields,
        "plain_text": fields,
        "enum_values": fields,
        "absent": fields,
    }.items():
        reasons = {id(entry) for entry in spec.deviations[kind].values()}
        used = {id(entry) for name in names if (entry := spec.deviation(kind, name)) is not None}
        assert reasons == used, kind


@pytest.mark.parametrize("module", MODULES)
def test_all_lists_every_class_of_a_module(module: str) -> None:
    models = importlib.import_module(f"ecwid_async.models.{module}")
    aliases = inspect.get_annotations(models)
    defined = {
        name
        for name, value in vars(models).items()
        if (isinstance(value, UnionType) and name in aliases)
        or (
            isinstance(value, type)
            and issubclass(value, Model | Draft | StrEnum)
            and value.__module__ == models.__name__
        )
    }
    assert models.__all__ == sorted(defined)


# The profile in the older reference

PROFILE = {
    "AbandonedSalesSettings": "ProfileAbandonedSales",
    "Account": "ProfileAccount",
    "AccountBilling": "ProfileAccountBilling",
    "AddressFormat": "ProfileFormatsAndUnitsAddressFormat",
    "AdminMessages": "ProfileMailNotificationsAdminMessages",
    "ApplePayInfo": "ProfileApplePay",
    "BlackoutDates": "ProfileShippingOptionBlackoutDate",
    "BusinessHours": "BusinessHours",
    "BusinessRegistrationID": "ProfileBusinessRegistrationID",
    "CarrierMethod": "ProfileShippingOptionCarrierMethod",
    "CarrierSettings": "ProfileShippingOptionCarrierSettings",
    "Company": "ProfileCompany",
    "CustomerMarketingMessages": "ProfileMailNotificationsCustomerMarketingMessages",
    "CustomerOrderMessages": "ProfileMailNotificationsCustomerOrderMessages",
    "DefaultPostageDimensions": "Dimensions",
    "FBMessengerSettings": "ProfileFbMessengerSettings",
    "FeatureTogglesInfo": "ProfileFeatureToggle",
    "FlatRate": "ProfileShippingOptionFlatRate",
    "FormatsAndUnits": "ProfileFormatsAndUnits",
    "GeneralInfo": "ProfileGeneralInfo",
    "GiftCardProducts": "ProfileGiftCardProduct",
    "GiftCardSettings": "ProfileGiftCardSettings",
    "HandlingFee": "HandlingFee",
    "InstantSiteInfo": "ProfileStarterSite",
    "InstructionsForCustomerInfo": "ProfilePaymentOptionInstructionsForCustomer",
    "Languages": "ProfileLanguages",
    "LegalPagesInfo": "ProfileLegalPage",
    "LegalPagesSettingsDetails": "ProfileLegalPagesSettings",
    "LimitsAndRestrictions": "ProfileLimitsAndRestrictions",
    "MailNotifications": "ProfileMailNotifications",
    "MailNotificationsSettings": "ProfileMailNotificationSettings",
    "MailchimpSettings": "ProfileMailchimpSettings",
    "OrderInvoiceSettings": "ProfileOrderInvoiceSettings",
    "PaymentInfo": "ProfilePayment",
    "PaymentOptionInfo": "PaymentOption",
    "PaymentSurcharges": "ProfilePaymentOptionPaymentSurcharge",
    "ProductFiltersSections": "ProfileFilterSection",
    "ProductFiltersSettings": "ProfileProductFiltersSettings",
    "Profile": "Profile",
    "RecurringSubscriptionsSettings": "ProfileRecurringSubscriptionsSettings",
    "RegistrationAnswers": "ProfileRegistrationAnswers",
    "SalePriceSettings": "ProfileSalePrice",
    "Settings": "ProfileSettings",
    "Shipping": "ProfileShipping",
    "ShippingOptions": "ShippingOption",
    "ShippingOrigin": "ProfileShippingShippingOrigin",
    "ShippingSettings": "ProfilePaymentOptionShippingSettings",
    "SocialLinks": "ProfileSocialLinksSettings",
    "SocialLinksSettings": "ProfileSocialLink",
    "SupportedPaymentMethodsStatuses": "ProfileSupportedPaymentMethodsStatuses",
    "TableRate": "ProfileShippingOptionTableRate",
    "TableRateConditions": "ProfileShippingOptionTableRateConditions",
    "TableRateDetails": "ProfileShippingOptionTableRateValue",
    "TableRatesDetails": "ProfileShippingOptionRatesTable",
    "TaxRule": "ProfileTaxRule",
    "TaxSettings": "ProfileTaxSettings",
    "Taxes": "ProfileTax",
    "TipsSettings": "ProfileTipsSettings",
    "Zone": "ProfileZone",
    "phoneNotifications": "ProfilePhoneNotifications",
}


def test_the_profile_has_every_field_of_the_older_reference(spec: Spec, shared: Path) -> None:
    """The tables are lines such as ``storeIdnumberEcwid Store ID`` under a heading and ``FieldTypeDescription``."""
    lines = (shared / "mission" / "profile.md").read_text("utf-8").splitlines()
    headings = [index for index, line in enumerate(lines) if line == "FieldTypeDescription"]
    found = 0
    for index in headings:
        above = (re.fullmatch(r"(\w+)( \(.*\))?", line) for line in reversed(lines[index - 5 : index]))
        heading = next((match[1] for match in above if match), None)
        cls = spec.classes.get(PROFILE.get(heading or "", ""))
        for line in lines[index + 1 : lines.index("", index)]:
            row = re.match(r"(\w+?)'?(string|number|boolean|[Aa]rray|<)", line)
            if row is None or heading is None or row[1] == "DESIGN_CONFIG_FIELD_NAME":
                continue  # examples, query parameters, and a placeholder for any name
            assert cls is not None, heading
            assert row[1] in attributes(cls), f"{heading}.{row[1]}"
            found += 1
    assert found == 345
