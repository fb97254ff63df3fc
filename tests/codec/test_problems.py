"""Values of unexpected types are reported once per kind, and kept."""

from decimal import Decimal

import pytest

from ecwid_async.codec import Codec, DecodeProblem, dumps, loads
from ecwid_async.errors import DecodeError
from tests.codec.models import Form, Item, Tax, read_item


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "twelve"),
        ("id", "007"),
        ("price", "007.5"),
        ("id", True),
        ("id", Decimal("1.5")),
        ("price", "a lot"),
        ("price", []),
        ("sku", {"a": 1}),
        ("enabled", 1),
        ("created", "2024-09-04 07:22:09"),
        ("created", "yesterday at noon +0000"),
        ("day", "someday"),
        ("tax", "VAT"),
        ("tax", []),
        ("taxes", {"name": "VAT"}),
        ("taxes", [{"name": "VAT"}, None]),
        ("categoryIds", [1, "x"]),
        ("categoryIds", [1, None]),
        ("days", [None, "x"]),
        ("names", {"en": ["Toy"]}),
        ("names", []),
        ("hours", "no json"),
        ("hours", 7),
    ],
)
def test_a_value_of_an_unexpected_type_is_kept_raw_counted_and_written_back(field: str, value: object) -> None:
    reported: list[DecodeProblem] = []
    codec = Codec(on_problem=reported.append)
    for _ in range(2):
        item = read_item({field: value, "sku" if field != "sku" else "id": None, "b2b_b2c": "b2b"}, codec)
        assert item.extra == {field: value}
        assert item.b2b_b2c == "b2b"
    assert loads(dumps(item)) == {field: value, "b2b_b2c": "b2b"}
    (problem,) = codec.problems
    assert problem.operation == "GET /items/{itemId}"
    assert problem.path.startswith(field)
    assert codec.problems[problem] == 2
    assert reported == [problem]
    with pytest.raises(DecodeError) as caught:
        read_item({field: value}, Codec(strict=True))
    assert caught.value.path.startswith(field)


def test_problems_have_paths_without_positions_and_errors_with_them() -> None:
    data = {"taxes": [{"value": 1}, {"value": "secret amount"}]}
    codec = Codec()
    read_item(data, codec)
    assert list(codec.problems) == [DecodeProblem("GET /items/{itemId}", "taxes[].value", "Decimal", "text")]
    with pytest.raises(DecodeError) as caught:
        read_item(data, Codec(strict=True))
    assert (caught.value.path, caught.value.expected, caught.value.found) == ("taxes[1].value", "Decimal", "text")
    assert "secret amount" not in str(caught.value)


def test_a_prefixed_field_of_an_unexpected_type_is_reported_and_kept() -> None:
    codec = Codec()
    item = read_item({"option_Size": "L", "option_Color": {"name": "red"}}, codec)
    assert item.options == {"Color": Tax(name="red")}
    assert item.extra == {"option_Size": "L"}
    assert [problem.path for problem in codec.problems] == ["option_*"]


def test_problems_under_keys_that_a_store_chose_are_one_kind() -> None:
    codec = Codec()
    for number in range(5):
        read_item({f"option_{number}": 7, "names": {f"key {number}": []}}, codec)
    assert codec.problems == {
        DecodeProblem("GET /items/{itemId}", "option_*", "Tax", "a whole number"): 5,
        DecodeProblem("GET /items/{itemId}", "names.*", "str", "a list"): 5,
    }
    with pytest.raises(DecodeError) as caught:
        read_item({"names": {"cs\n\x1b[2J": []}}, Codec(strict=True))
    assert caught.value.path == r"names.cs \x1b[2J"


def test_the_number_of_kinds_of_problems_is_limited() -> None:
    reported: list[DecodeProblem] = []
    codec = Codec(on_problem=reported.append)
    for number in range(3000):
        codec.structure({"id": "x"}, Item, f"GET /storage/{number}")
    assert len(codec.problems) == len(reported) == 1001
    assert sum(codec.problems.values()) == 3000
    assert "more kinds" in reported[-1].found


def test_a_mismatch_inside_a_tagged_union_has_its_path() -> None:
    codec = Codec()
    data = {"fields": [{"type": "TEXT"}, {"type": "SELECT", "choices": [1, "x"]}, 7]}
    assert codec.structure(data, Form, "GET /form").extra == data
    codec.structure({"main": {"type": "SELECT", "choices": "x"}}, Form, "GET /form")
    assert {problem.path for problem in codec.problems} == {"fields[].choices[]", "fields[]", "main.choices"}
