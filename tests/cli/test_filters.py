"""Parsing ``--fields`` and ``--where`` into the types that a section's search declares."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from ecwid_async.cli.exit_codes import UsageError
from ecwid_async.cli.filters import parse_fields_options, parse_value, parse_where_options
from ecwid_async.cli.introspect import offline_store
from ecwid_async.sections import find_sections


class Color(StrEnum):
    RED = "RED"


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("2024-01-31", datetime | int | None, datetime(2024, 1, 31, tzinfo=UTC)),
        ("2024-01-31T12:00+01:00", datetime | int | None, datetime(2024, 1, 31, 11, tzinfo=UTC)),
        ("20240131", datetime | int | None, datetime(2024, 1, 31, tzinfo=UTC)),
        ("1700000000", datetime | int | None, 1_700_000_000),
        ("true", bool | None, True),
        ("No", bool | None, False),
        ("12.50", Decimal | int | None, Decimal("12.50")),
        ("7", int | None, 7),
        ("7", int | Sequence[int] | None, 7),
        ("7,8", int | Sequence[int] | None, [7, 8]),
        ("7", Sequence[int] | None, [7]),
        ("a, b", Sequence[str] | None, ["a", "b"]),
        ("red", Color | str | None, "RED"),
        ("blue", Color | str | None, "blue"),
        ("a,b", str | None, "a,b"),
    ],
)
def test_text_becomes_the_declared_type(text: str, declared: Any, value: object) -> None:
    assert parse_value(text, declared, "name") == value


@pytest.mark.parametrize(
    ("text", "declared", "expected_form"),
    [
        ("2024", datetime | int | None, "a date such as 2024-01-31"),
        ("202401", datetime | int | None, "a date such as 2024-01-31"),
        ("20241301", datetime | int | None, "a date such as 2024-01-31"),
        ("20240101112", datetime | int | None, "a date such as 2024-01-31"),
        ("1700000000000", datetime | int | None, "a date such as 2024-01-31"),
        ("0", datetime | int | None, "a date such as 2024-01-31"),
        ("soon", datetime | int | None, "a date such as 2024-01-31"),
        ("maybe", bool | None, "true or false"),
        ("cheap", Decimal | int | None, "a number"),
        ("NaN", Decimal | int | None, "a number"),
        ("1.5", int | None, "a whole number"),
        ("1,x", Sequence[int] | None, "a whole number"),
    ],
)
def test_other_text_is_refused_with_the_expected_form(text: str, declared: Any, expected_form: str) -> None:
    with pytest.raises(UsageError, match=f"name takes {expected_form}"):
        parse_value(text, declared, "name")


def test_fields_apply_to_all_sections_or_to_one() -> None:
    sections = find_sections(["orders", "products"])
    assert parse_fields_options(["id", "products:name"], sections) == {"orders": "id", "products": "id,name"}


def test_conditions_apply_to_all_sections_or_to_one() -> None:
    sections = find_sections(["orders", "products"])
    sizes = ["products:options.Size=L", "products:options.Size=XL"]
    found = parse_where_options(["created_from=1700000000", "products:enabled=true", *sizes], sections, offline_store())
    assert found == {
        "orders": {"created_from": 1_700_000_000},
        "products": {"created_from": 1_700_000_000, "enabled": True, "options": {"Size": ["L", "XL"]}},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("enabled=true", "orders can't be searched by 'enabled'"),
        ("enabled=true", "--where SECTION:enabled=VALUE"),
        ("product:enabled=true", "Did you mean products?"),
        ("created_from", "write it as created_from=VALUE"),
        ("products:", "write it as NAME=VALUE"),
        ("carts:x=1", "is not a section of this command. This command reads orders, products."),
        ("products:options=L", "options.Size=XL"),
        ("products:options.Size=38,5", "the API documents no way to escape a comma"),
        ("products:options.Size=38,5", "Repeat --where options.Size="),
        ("products:enabled.x=true", "write it as enabled=VALUE"),
    ],
)
def test_an_invalid_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_where_options([text], find_sections(["orders", "products"]), offline_store())
    assert message in str(caught.value)


def test_a_repeated_condition_is_refused() -> None:
    with pytest.raises(UsageError, match="keyword is given twice: give it once"):
        parse_where_options(["keyword=a", "keyword=b"], find_sections(["products"]), offline_store())


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("id,a.b,a.c.d", "id,a(b),a(c(d))"),
        ("products:id,a.b", "id,a(b)"),
        ("a(b.c),d", "a(b(c)),d"),
        ("id", "id"),
    ],
)
def test_a_dot_is_a_field_inside_another(text: str, fields: str) -> None:
    assert parse_fields_options([text], find_sections(["products"])) == {"products": fields}
