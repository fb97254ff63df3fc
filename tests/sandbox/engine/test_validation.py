"""Validation of JSON bodies."""

import pytest

from ecwid_async.sandbox.engine.validation import read_document
from ecwid_async.sandbox.errors import ErrorResponse


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"price": "1"}', "price"),
        (b'{"price": true}', "price"),
        (b'{"enabled": 1}', "enabled"),
        (b'{"quantity": 1.5}', "quantity"),
        (b'{"options": {}}', "options"),
        (b'{"options": [{"name": 7}]}', "options[0].name"),
        (b'{"nameTranslated": {"en": 7}}', "nameTranslated.en"),
        (b'{"tax": []}', "tax"),
        (b"{", "JSON"),
    ],
)
def test_the_error_for_a_wrong_type_contains_the_path_of_the_field(body, path):
    with pytest.raises(ErrorResponse) as error:
        read_document(body, "ProductUpdate", many=False, reject_unknown=False)
    assert path in error.value.message


def test_only_fields_that_the_api_accepts_are_kept():
    body = b'{"id": 9, "createTimestamp": 1, "quantity": 3.0, "name": null, "tax": {"taxable": true, "rate": 2}}'
    kept = read_document(body, "ProductUpdate", many=False, reject_unknown=False)
    assert kept == {"quantity": 3, "name": None, "tax": {"taxable": True}}
