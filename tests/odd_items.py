"""`odd_items`, a Hypothesis strategy for items that a correct server would not send."""

from hypothesis import strategies as st

__all__ = ["odd_items"]

_VALUES = (
    *(rb'"\ud83d"', rb'"\udead x"', rb'"\u0000"', rb'"\\ud83d"', rb'"\"\ud83d"', rb'"\u001e"', rb'"=1\r\n,\""'),
    *(b'"0.5"', b'"1e5"', b'"007"', b'"NaN"', b'"true"', b'"null"', b'""', b'{"a" : [ 1.50 , null ] }', b"[null]"),
    *(b"1e400000", b"1e9999999999999999999999", b"-1e-9999999999999999999999", b"9" * 30, b"9" * 5000, b"-0.0"),
    *(b"1E+400000", b"0." + b"1" * 40, b"1e-400000", b"9223372036854775808", b"1e30", b"1.0", b"null", b"true"),
    *(b'"0001-01-01 00:00:00 +0300"', b'"0000-01-01 00:00:00 +0000"', b'"2024-09-04 07:20:11.123456789 +0000"'),
    *(b'"9999-12-31 23:59:59 -1200"', b'"2024-09-04"', b'"0000-01-01"', b'{"a":' * 500 + b"1" + b"}" * 500),
)
_UNREADABLE = (
    *(b'"\xff"', b'"\xed\xa0\xbd"', b'{"\xff":1}', b'"\x1e"', b"NaN", b"1.", b'"', b"", b"[" * 990 + b"]" * 990),
    *(b"[" * 5000, b"[" * 2000 + b"]" * 2000),
)
_names = st.sampled_from(
    [
        *(b"id", b"price", b"name", b"created", b"enabled", b"options", b"media", b"nameTranslated", b"categoryIds"),
        *(b"tax", b"attributes", b"", rb"\ud83d", rb"\u0000", rb"\"", b"glow", b"_extra", b"store_id", b"f0"),
    ]
)


def _object(members: list[tuple[bytes, bytes]]) -> bytes:
    """An object with these members, including duplicates."""
    return b"{%b}" % b",".join(b'"%b":%b' % member for member in members)


def _items(*values: bytes) -> st.SearchStrategy[bytes]:
    inside = st.recursive(
        st.sampled_from(values),
        lambda inner: (
            st.builds(lambda elements: b"[%b]" % b",".join(elements), st.lists(inner, max_size=3))
            | st.builds(_object, st.lists(st.tuples(_names, inner), max_size=3))
        ),
        max_leaves=5,
    )
    return st.builds(_object, st.lists(st.tuples(_names, inside), max_size=5))


odd_items: st.SearchStrategy[bytes] = st.one_of(
    *[_items(*_VALUES)] * 6, _items(*_VALUES, *_UNREADABLE), st.sampled_from([*_VALUES, *_UNREADABLE])
)
"""Mostly objects with invalid Unicode, extreme numbers and times, deep nesting or duplicate keys; some are not JSON."""
