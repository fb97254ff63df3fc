"""The token of a scan: its position in the list as text, with a checksum."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Annotated, Final, Self, TypeAlias

import msgspec

from ecwid_async.errors import ConfigError
from ecwid_async.primitives.checksummed_lines import add_checksum, strip_checksum
from ecwid_async.scan.coverage import OrderedCoverage

__all__ = ["END", "Position", "decode_token", "encode_token", "list_fingerprint"]

END: Final = "end"
"""The token of a scan that was read to its end."""

# More ids than this make a token too long.
_MAX_GROUP: Final = 64

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]


class Position(msgspec.Struct, array_like=True, frozen=True):
    """The position of a scan: its list, the part being read, how far that is covered, and the number of items read.

    The last six fields are those of `OrderedCoverage`.
    """

    fingerprint: str
    """Identifies the list: see `list_fingerprint`."""
    omitted: bool
    """Whether the items that the plain list may omit are being read."""
    omitted_seen: bool
    """Whether these items need no request of their own."""
    settled: int
    """Items last updated up to this Unix second are settled."""
    recent_from: int | None
    """Where to continue with the recently updated items; None while the settled ones are read."""
    done: Count
    total: Count | None
    rising: bool | None
    start: Count
    end: Count
    last: int | None
    group: tuple[int | str, ...]

    @classmethod
    def of(
        cls,
        coverage: OrderedCoverage,
        *,
        fingerprint: str,
        omitted: bool,
        omitted_seen: bool,
        settled: int,
        recent_from: int | None,
        done: int,
    ) -> Self:
        """Return the position of a coverage. A large group will be read again, so only its start is kept."""
        large = len(coverage.group) > _MAX_GROUP
        return cls(
            fingerprint=fingerprint,
            omitted=omitted,
            omitted_seen=omitted_seen,
            settled=settled,
            recent_from=recent_from,
            done=done,
            total=coverage.total,
            rising=coverage.rising,
            start=coverage.start,
            end=coverage.start if large else coverage.end,
            last=coverage.last,
            group=() if large else tuple(coverage.group),
        )

    def restore(self, coverage: OrderedCoverage) -> None:
        """Set a coverage to this position."""
        coverage.restore(self.total, self.rising, self.start, self.end, self.last, self.group)

    def covers(self, created: int | None) -> bool:
        """Return whether items created in this second were certainly read before this position."""
        if self.last is None or self.rising is None or created is None:
            return False
        return created < self.last if self.rising else created > self.last


def encode_token(position: Position) -> str:
    """Return the token of a position."""
    return base64.urlsafe_b64encode(add_checksum(msgspec.json.encode(position))).decode()


def decode_token(token: str, fingerprint: str) -> Position:
    """Return the position of a token. Raises `ConfigError` for a damaged token and for a token of another list."""
    try:
        content = strip_checksum(base64.b64decode(token, altchars=b"-_", validate=True))
        if content is None:
            raise ValueError
        position = msgspec.json.decode(content, type=Position)
    except (ValueError, TypeError):
        raise ConfigError(
            "resume is not a valid scan token: pass the `token` of an earlier scan unchanged, or scan from the start"
        ) from None
    if position.fingerprint != fingerprint:
        raise ConfigError(
            "resume is the token of another list or of other filters: scan the same list with the same filters"
        )
    return position


def list_fingerprint(store_id: int | None, operation: str, params: Mapping[str, str]) -> str:
    """Return a short hash of a list and its filters. The fields requested of an item don't count."""
    filters = sorted((name, value) for name, value in params.items() if name != "responseFields")
    return hashlib.sha256(repr((store_id, operation, filters)).encode()).hexdigest()[:12]
