"""The rest of a download that was interrupted: whether it can be asked for, and whether a response is that rest."""

import re
from typing import Final

from attrs import evolve

from ecwid_async.wire import Headers, Request, StreamedResponse, content_length

__all__ = ["Received"]

_ETAG: Final = re.compile(r'"[\x21\x23-\x7e]{0,1000}"')  # a weak one does not vouch for every byte
_DATE: Final = re.compile(r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT", re.ASCII)
_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)


class Received:
    """How much of a download has been handed to its reader: `size`, in bytes."""

    def __init__(self, first: StreamedResponse) -> None:
        self.size = 0
        self._resumed = False
        self._first = first
        self._validator = _validator(first.headers)
        self._whole = None if "content-encoding" in first.headers else content_length(first.headers)

    def hindrance(self) -> str | None:
        """Why the rest can't be asked for; None where it can."""
        headers = self._first.headers
        if self._first.status != 200 or "content-encoding" in headers:
            return "it is not sent in parts"
        if self._validator is None or headers.get("accept-ranges", "").strip().lower() == "none":
            return "the server does not offer parts of it"
        return None

    def rest_of(self, request: Request) -> Request:
        """The request for what is missing, on condition that the file has not changed."""
        condition = ("If-Range", self._validator or "")
        return evolve(request, headers=request.headers.plus(("Range", f"bytes={self.size}-"), condition))

    def mismatch(self, response: StreamedResponse) -> str | None:
        """Why a response does not continue what was received; None where it does."""
        first, now = self._first.headers, response.headers
        if any(name in now and now[name] != first.get(name) for name in ("etag", "last-modified")):
            return "the file changed"
        if response.status == 200:
            return "the server sends no parts of it"
        if response.status != 206:
            return f"the request for the rest was answered {response.status}"
        part = _RANGE.fullmatch(now.get("content-range", "").strip())
        if part is None or "content-encoding" in now:
            return "the server sent another part than was asked for"
        start, end = int(part[1]), int(part[2])
        whole = end + 1 if part[3] == "*" else int(part[3])
        if start != self.size or end + 1 != whole:
            return "the server sent another part than was asked for"
        if self._whole not in (None, whole):
            return "the file changed"
        self._whole, self._resumed = whole, True
        return None

    def is_whole(self) -> bool:
        """Whether that is all, where the rest was asked for: of a first response its transport knows."""
        return not self._resumed or self.size == self._whole


def _validator(headers: Headers) -> str | None:
    """What names this version of the file, byte for byte."""
    etag = headers.get("etag", "").strip()
    if etag:
        return etag if _ETAG.fullmatch(etag) else None
    # A change in the second in which it was sent would not show.
    modified, sent = headers.get("last-modified", "").strip(), headers.get("date", "").strip()
    return modified if _DATE.fullmatch(modified) and sent not in ("", modified) else None
