"""The smallest PDF that shows lines of text: pages of A4 in Helvetica."""

from collections.abc import Iterable
from typing import Final

__all__ = ["pdf"]

_LINES_A_PAGE: Final = 48
# A page's size and where its text starts, in points; then the distance of lines.
_PAGE: Final = "0 0 595 842"
_START: Final = "60 780 Td 15 TL"
_ESCAPED: Final = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)", "\n": " "})


def pdf(lines: Iterable[str]) -> bytes:
    """A document with these lines. The built-in font has Latin letters; a question mark stands for any other."""
    rows = list(lines) or [""]
    pages = [rows[at : at + _LINES_A_PAGE] for at in range(0, len(rows), _LINES_A_PAGE)]
    # Objects: catalogue, page tree, font, then two for each page.
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        content = _content(page)
        place = f"/Parent 2 0 R /MediaBox [{_PAGE}] /Contents {5 + 2 * at} 0 R"
        objects.append(f"<< /Type /Page {place} /Resources << /Font << /F1 3 0 R >> >> >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
    return _file(objects)


def _content(lines: list[str]) -> bytes:
    shown = (line.translate(_ESCAPED).encode("cp1252", errors="replace") for line in lines)
    return b"BT /F1 11 Tf %b\n%b\nET" % (_START.encode(), b"\n".join(b"(%b) Tj T*" % line for line in shown))


def _file(objects: list[bytes]) -> bytes:
    """The objects one after the other, and the table that says at which byte each of them starts."""
    document = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(document))
        document += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    document += b"".join(b"%010d 00000 n \n" % start for start in starts)
    document += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(document)
