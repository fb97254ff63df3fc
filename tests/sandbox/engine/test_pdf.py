"""PDF documents: objects, pages and byte offsets."""

import re

import pytest

from ecwid_async.sandbox.engine import make_pdf


@pytest.mark.parametrize(("lines", "pages"), [(0, 1), (1, 1), (48, 1), (49, 2), (100, 3)])
def test_each_page_has_up_to_48_lines(lines: int, pages: int) -> None:
    document = make_pdf(f"line {number}" for number in range(lines))
    assert f"/Count {pages} ".encode() in document
    assert document.count(b"/Type /Page ") == pages
    assert document.count(b") Tj T*") == max(lines, 1)


def test_the_table_contains_the_byte_offset_of_each_object() -> None:
    document = make_pdf(["first", "second"])
    for number, offset in enumerate(re.findall(rb"^(\d{10}) 00000 n ", document, re.MULTILINE), 1):
        assert document[int(offset) :].startswith(b"%d 0 obj" % number)
    table = int(document.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert document[table:].startswith(b"xref\n")


def test_special_characters_are_escaped_and_unknown_ones_replaced() -> None:
    assert rb"(a \(b\) \\ \351 ?)".replace(rb"\351", "é".encode("cp1252")) in make_pdf([r"a (b) \ é 茶"])
