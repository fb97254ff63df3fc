"""JSON bytes to classes and back: everything that knows cattrs and how the API writes values."""

from ecwid_async.codec.converter import (
    Codec,
    DecodeProblem,
    dumps,
    format_datetime,
    loads,
    parse_datetime,
    plain,
    read_data,
    warm_up,
)
from ecwid_async.codec.projection import LEFT_OUT, Member, Projection, projected, projection_of
from ecwid_async.codec.selection import Selection, add_fields, parse_selection, selection_text

__all__ = [
    "LEFT_OUT",
    "Codec",
    "DecodeProblem",
    "Member",
    "Projection",
    "Selection",
    "add_fields",
    "dumps",
    "format_datetime",
    "loads",
    "parse_datetime",
    "parse_selection",
    "plain",
    "projected",
    "projection_of",
    "read_data",
    "selection_text",
    "warm_up",
]
