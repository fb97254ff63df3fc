"""One page of a list, as a response."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field

from ecwid_async.primitives.lazy_attrs import frozen
from ecwid_async.sandbox.engine.response_fields import Selection, project_encoded
from ecwid_async.sandbox.state import encode_json

__all__ = ["Page"]


@frozen(kw_only=True)
class Page:
    """Encoded items in the API's envelope. `extra` are further fields of the envelope."""

    total: int
    offset: int
    limit: int
    rows: Sequence[bytes]
    extra: Mapping[str, int] = field(factory=dict)

    def render(self, selection: Selection | None) -> bytes:
        """The response body. Items that are selected whole are inserted without decoding them."""
        envelope: dict[str, Any] = {
            "total": self.total,
            "count": len(self.rows),
            "offset": self.offset,
            "limit": self.limit,
            **self.extra,
        }
        if selection is None:
            items = b",".join(self.rows)
            return b'%b,"items":[%b]}' % (encode_json(envelope)[:-1], items)
        envelope = {name: value for name, value in envelope.items() if name in selection}
        if "items" not in selection:
            return encode_json(envelope)
        items = b",".join(project_encoded(row, selection["items"]) for row in self.rows)
        return b'%b%b"items":[%b]}' % (encode_json(envelope)[:-1], b"," if envelope else b"", items)
