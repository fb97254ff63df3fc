"""The table of sections that can be exported."""

import pytest

from ecwid_async.errors import ConfigError
from ecwid_async.export import ALL_SECTIONS, DEFAULT_SECTIONS, SECTIONS, export_store, find_sections
from ecwid_async.pages import Pages

from .helpers import file_names


async def test_every_section_can_be_exported(store, shop, tmp_path):
    manifest = await export_store(store, ALL_SECTIONS, tmp_path)
    assert list(manifest.sections) == list(SECTIONS)
    assert file_names(tmp_path) == sorted([*(f"{name}.jsonl" for name in SECTIONS), "manifest.json"])


async def test_each_section_names_the_class_that_its_method_returns(store):
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
