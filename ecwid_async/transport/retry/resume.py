"""Resuming an interrupted download: whether the rest can be requested, and whether a response contains it."""

import re
from typing import Final

from attrs import evolve

from ecwid_async.wire import Headers, Request, StreamedResponse, parse_content_length

__all__ = ["PartialDownload"]

_ETAG: Final = re.compile(r'"[\x21\x23-\x7e]{0,1000}"')  # a weak ETag does not guarantee identical bytes
_DATE: Final = re.compile(r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT", re.ASCII)
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)


class PartialDownload:
    """A download in progress. `size` is the number of bytes that the reader has received."""

    def __init__(self, first: StreamedResponse) -> None:
        self.size = 0
        self._resumed = False
        self._first = first
        self._validator = _validator(first.headers)
        self._full_size = None if "content-encoding" in first.headers else parse_content_length(first.headers)

    def why_not_resumable(self) -> str | None:
        """Why the rest can't be requested, or None if it can."""
        headers = self._first.headers
        if self._first.status != 200 or "content-encoding" in headers:
            return "its response does not allow range requests"
        if self._validator is None or headers.get("accept-ranges", "").strip().lower() == "none":
            return "the server does not support range requests for it"
        return None

    def request_for_rest(self, request: Request) -> Request:
        """The request for the missing bytes, on condition that the file is unchanged."""
        condition = ("If-Range", self._validator or "")
        return evolve(request, headers=request.headers.with_added(("Range", f"bytes={self.size}-"), condition))

    def mismatch(self, response: StreamedResponse) -> str | None:
        """Why a response does not continue the download, or None if it does."""
        first, now = self._first.headers, response.headers
        if any(name in now and now[name] != first.get(name) for name in ("etag", "last-modified")):
            return "the file changed"
        if response.status == 200:
            return "the server ignores range requests"
        if response.status != 206:
            return f"the server responded to the request for the rest with status {response.status}"
        part = _CONTENT_RANGE.fullmatch(now.get("content-range", "").strip())
        if part is None or "content-encoding" in now:
            return "the server sent a different range than requested"
        start, end = int(part[1]), int(part[2])
        full_size = end + 1 if part[3] == "*" else int(part[3])
        if start != self.size or end + 1 != full_size:
            return "the server sent a different range than requested"
        if self._full_size not in (None, full_size):
            return "the file changed"
        self._full_size, self._resumed = full_size, True
        return None

    def is_complete(self) -> bool:
        """Whether a resumed download has its full size. The transport checks the size of a first response."""
        return not self._resumed or self.size == self._full_size


def _validator(headers: Headers) -> str | None:
    """The strong validator of this version of the file, if there is one."""
    etag = headers.get("etag", "").strip()
    if etag:
        return etag if _ETAG.fullmatch(etag) else None
    # A date must be older than the response: it would not show a change within the same second.
    modified, sent = headers.get("last-modified", "").strip(), headers.get("date", "").strip()
    return modified if _DATE.fullmatch(modified) and sent not in ("", modified) else None
