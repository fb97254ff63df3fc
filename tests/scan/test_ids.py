"""`IdSet` never confuses two ids, however large they are."""

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.scan import IdSet

WIDE = st.one_of(
    st.integers(),
    st.integers(-3, 3).map(lambda near: (1 << 63) + near),
    st.integers(-3, 3).map(lambda near: (1 << 64) + near),
    st.integers(-3, 3).map(lambda near: (1 << 61) - 1 + near),
    st.text(min_size=1),
)


@given(st.lists(WIDE))
def test_an_id_is_new_once(keys: list[int | str]) -> None:
    ids, seen = IdSet(), set[int | str]()
    for key in keys:
        assert ids.add(key) == (key not in seen)
        seen.add(key)
    assert len(ids) == len(seen)


def test_numbers_that_are_equal_in_64_bits_stay_distinct() -> None:
    ids = IdSet()
    for key in (1 << 64, 5, 5 + (1 << 64), -1, (1 << 64) - 1, 5 - (1 << 64), 3, 3 + ((1 << 61) - 1)):
        assert ids.add(key)
        assert not ids.add(key)
