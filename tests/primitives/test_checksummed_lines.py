"""A checksum shows any change of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.primitives.checksummed_lines import add_checksum, strip_checksum


@given(st.binary().filter(lambda line: b"\n" not in line and b"\r" not in line))
def test_stripping_a_checksum_returns_the_line(line):
    assert strip_checksum(add_checksum(line)) == line
    assert strip_checksum(add_checksum(line).removesuffix(b"\n")) == line
    assert add_checksum(line).count(b"\n") == 1


def test_a_line_with_any_changed_bit_is_none():
    line = add_checksum(b'{"count":298}')
    for place in range(len(line) - 1):
        for bit in range(8):
            damaged = bytearray(line)
            damaged[place] ^= 1 << bit
            assert strip_checksum(bytes(damaged)) is None
    for end in range(len(line) - 1):
        assert strip_checksum(line[:end]) is None


@given(st.binary())
def test_garbage_is_none(line):
    assert strip_checksum(line) is None


@pytest.mark.parametrize("line", [b"a\nb", b"a\r", b"\n"])
def test_a_line_break_is_refused(line):
    with pytest.raises(ValueError, match="line breaks"):
        add_checksum(line)
