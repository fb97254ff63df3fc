"""Lists in parameters. The types of parameters are tested in `test_sandbox`."""

from hypothesis import given
from hypothesis import strategies as st

from ecwid_async.sandbox.engine.parameters import split_list


@given(st.lists(st.text("ab,\\ ", min_size=1).map(str.strip).filter(bool), max_size=4))
def test_a_backslash_escapes_a_comma_in_a_list(elements):
    text = ",".join(element.replace("\\", "\\\\").replace(",", "\\,") for element in elements)
    assert split_list(text) == tuple(elements)
