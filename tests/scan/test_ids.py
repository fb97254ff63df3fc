"""`IdSet` never confuses two ids, however large they are."""

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.scan import IdSet


def is_number(key: int | str) -> bool:
    return isinstance(key, int)


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


PAGES = st.one_of(
    st.lists(WIDE), st.sets(st.integers(-5, 300)).map(sorted), st.sets(WIDE.filter(is_number)).map(sorted)
)


@given(st.lists(PAGES))
def test_the_ids_of_a_page_are_as_new_as_one_by_one(pages: list[list[int | str]]) -> None:
    ids, one_by_one = IdSet(), IdSet()
    for keys in pages:
        assert ids.add_all(keys) == [one_by_one.add(key) for key in keys]
    assert len(ids) == len(one_by_one)


def test_numbers_that_are_equal_in_64_bits_stay_distinct() -> None:
    ids = IdSet()
    for key in (1 << 64, 5, 5 + (1 << 64), -1, (1 << 64) - 1, 5 - (1 << 64), 3, 3 + ((1 << 61) - 1)):
        assert ids.add(key)
        assert not ids.add(key)
