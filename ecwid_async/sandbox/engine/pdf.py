"""A minimal PDF with lines of text: A4 pages in Helvetica."""

from collections.abc import Iterable
from typing import Final

__all__ = ["make_pdf"]

_LINES_PER_PAGE: Final = 48
# Points: the page size; then the start of the text and the line spacing.
_PAGE: Final = "0 0 595 842"
_TEXT_START: Final = "60 780 Td 15 TL"
_ESCAPES: Final = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)", "\n": " "})


def make_pdf(lines: Iterable[str]) -> bytes:
    """A document with these lines. The built-in font has only Latin letters; others become question marks."""
    rows = list(lines) or [""]
    pages = [rows[at : at + _LINES_PER_PAGE] for at in range(0, len(rows), _LINES_PER_PAGE)]
    # Objects: catalog, page tree, font, then two for each page.
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        content = _content(page)
        attributes = f"/Parent 2 0 R /MediaBox [{_PAGE}] /Contents {5 + 2 * at} 0 R"
        objects.append(f"<< /Type /Page {attributes} /Resources << /Font << /F1 3 0 R >> >> >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return _assemble(objects)


def _content(lines: list[str]) -> bytes:
    encoded = (line.translate(_ESCAPES).encode("cp1252", errors="replace") for line in lines)
    return b"BT /F1 11 Tf %b\n%b\nET" % (_TEXT_START.encode(), b"\n".join(b"(%b) Tj T*" % line for line in encoded))


def _assemble(objects: list[bytes]) -> bytes:
    """The objects, followed by the table of their byte offsets."""
    document = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    document += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    document += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(document)
