"""The table of sections."""

import pytest

from ecwid_async import Ecwid
from ecwid_async.errors import ConfigError
from ecwid_async.pages import Pages
from ecwid_async.sections import DEFAULT_SECTIONS, SECTIONS, find_sections


def test_each_section_names_the_class_that_its_method_returns():
    store = Ecwid().store(1003, "secret_sections")
    for section in SECTIONS.values():
        source = section.read_method(store)()
        reads = source._item if isinstance(source, Pages) else source._result_type
        assert reads in (section.model(), list[section.model()])
        assert source.request.options.operation.startswith("GET /")


def test_without_names_the_default_sections_are_found():
    assert tuple(section.name for section in find_sections([])) == DEFAULT_SECTIONS


def test_a_repeated_name_is_one_section():
    assert [section.name for section in find_sections(["orders", "orders"])] == ["orders"]


@pytest.mark.parametrize(
    ("name", "hint"), [("prodcts", "Did you mean products?"), ("xyz", "There are profile, orders")]
)
def test_an_unknown_section_is_refused_with_a_suggestion(name, hint):
    with pytest.raises(ConfigError) as caught:
        find_sections([name])
    assert hint in str(caught.value)
