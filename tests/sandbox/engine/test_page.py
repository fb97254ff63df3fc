"""The envelope of a page."""

import msgspec
import pytest

from ecwid_async.sandbox.engine import Page
from ecwid_async.sandbox.engine.response_fields import parse_selection

PAGE = Page(total=9, offset=4, limit=2, rows=[b'{"id":1,"name":"a"}', b'{"id":2,"name":"b"}'], extra={"all": 3})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "",
            {
                "total": 9,
                "count": 2,
                "offset": 4,
                "limit": 2,
                "all": 3,
                "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
            },
        ),
        ("total,count", {"total": 9, "count": 2}),
        ("items(id)", {"items": [{"id": 1}, {"id": 2}]}),
        ("limit,items", {"limit": 2, "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}),
        ("nothing", {}),
    ],
)
def test_a_page_contains_the_selected_fields(fields, expected):
    assert msgspec.json.decode(PAGE.render(parse_selection(fields))) == expected


def test_whole_items_are_not_encoded_again():
    unusual = b'{"price": 1.50,  "id":7}'
    page = Page(total=1, offset=0, limit=100, rows=[unusual])
    assert unusual in page.render(None)
    assert unusual in page.render(parse_selection("items"))


def test_selected_values_are_not_encoded_again():
    page = Page(total=1, offset=0, limit=100, rows=[rb'{"price": 12345678901234567890.10, "id":7, "name": "\ud83d"}'])
    assert rb'"items":[{"price":12345678901234567890.10,"name":"\ud83d"}]' in page.render(
        parse_selection("items(price,name)")
    )
