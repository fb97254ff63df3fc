"""Joining JSON texts and splitting them again."""

import pytest

from ecwid_async.tables import join_texts, split_texts


def test_texts_are_split_as_they_were_joined() -> None:
    assert split_texts(join_texts([b'{"a": [1, "\\u001e"]}', b"1.50", b'""'])) == [
        '{"a": [1, "\\u001e"]}',
        "1.50",
        '""',
    ]


def test_null_and_missing_texts_are_empty() -> None:
    assert split_texts(join_texts([b"null", b"", b'"null"'])) == ["", "", '"null"']


def test_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        split_texts(join_texts([b'"\xff"']))
