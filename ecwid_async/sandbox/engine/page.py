"""One page of a list."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from ecwid_async.sandbox.engine.response_fields import Selection, project
from ecwid_async.sandbox.state import decode, encode

__all__ = ["Page"]


@frozen(kw_only=True)
class Page:
    """One page of a list: items as they go over the wire, in the API's envelope."""

    total: int
    offset: int
    limit: int
    rows: Sequence[bytes]
    extra: Mapping[str, int] = field(factory=dict)

    def render(self, selection: Selection | None) -> bytes:
        """The answer's body. Whole items are spliced in, not read."""
        envelope: dict[str, Any] = {
            "total": self.total,
            "count": len(self.rows),
            "offset": self.offset,
            "limit": self.limit,
            **self.extra,
        }
        items = b",".join(self.rows)
        if selection is None:
            return b'%b,"items":[%b]}' % (encode(envelope)[:-1], items)
        envelope = {name: value for name, value in envelope.items() if name in selection}
        if "items" not in selection:
            return encode(envelope)
        inner = selection["items"]
        if inner:
            items = encode(project(decode(b"[%b]" % items), inner))[1:-1]
        return b'%b%b"items":[%b]}' % (encode(envelope)[:-1], b"," if envelope else b"", items)
