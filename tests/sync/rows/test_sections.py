from collections import Counter

import pytest

from ecwid_async.changes import CHANGE_PLANS
from ecwid_async.scan import PLANS, plan_for
from ecwid_async.sections import SECTIONS
from ecwid_async.sync.database.schema import ROW_COLUMNS
from ecwid_async.sync.rows.columns import Column, stored_columns
from ecwid_async.sync.rows.sections import MIRROR_SECTIONS, MirrorSection
from ecwid_async.tables import Column as ModelColumn
from ecwid_async.tables import ListColumn, ScalarColumn, StructColumn, build_columns

_OWN_COLUMNS = {*ROW_COLUMNS, "data"}
_KINDS = {
    "boolean": {"bool"},
    "decimal": {"decimal"},
    "integer": {"int"},
    "text": {"text", "json"},
    "time": {"datetime"},
}
sections = pytest.mark.parametrize("section", MIRROR_SECTIONS.values(), ids=lambda section: section.name)


def test_every_section_of_a_store_has_a_table() -> None:
    assert list(MIRROR_SECTIONS) == list(SECTIONS)


@sections
def test_the_key_is_the_one_that_scans_use(section: MirrorSection) -> None:
    if section.operation in PLANS:
        assert section.key == plan_for(section.operation).key
    if section.operation in CHANGE_PLANS:
        assert section.has_get == (CHANGE_PLANS[section.operation].get is not None)


@sections
def test_every_column_is_a_field_of_the_model_with_its_type(section: MirrorSection) -> None:
    model = build_columns(SECTIONS[section.name].model())
    if section.key:
        key = _find(model, section.key)
        assert isinstance(key, ScalarColumn)
        assert key.kind == {"integer": "int", "text": "text"}[section.key_type]
    _check_columns(model, section.columns)
    for child in section.children:
        elements = _find(model, child.path)
        assert isinstance(elements, ListColumn)
        _check_columns(elements.element, child.columns)


def _check_columns(model: ModelColumn, columns: tuple[Column, ...]) -> None:
    for column in columns:
        field = _find(model, column.path)
        assert isinstance(field, ScalarColumn), column.path
        assert field.kind in _KINDS[column.type], column.path


def _find(model: ModelColumn, path: str) -> ModelColumn:
    for name in path.split(".") if path else ():
        assert isinstance(model, StructColumn), path
        assert name in model.fields, path
        model = model.fields[name]
    return model


@sections
def test_ignored_fields_are_fields_of_the_model(section: MirrorSection) -> None:
    # A cart has the fields of an order, documented or not.
    model = build_columns(SECTIONS["orders" if section.name == "carts" else section.name].model())
    for path in (*section.volatile, *section.differs_by_kind):
        column: ModelColumn = model
        for name in path.split("."):
            column = column.element if isinstance(column, ListColumn) else column
            if isinstance(column, ScalarColumn):
                assert column.kind == "json", path  # a model inside itself, such as the orders of a subscription
                break
            assert name in column.fields, path
            column = column.fields[name]


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
@sections
def test_the_names_of_columns_and_tables_are_distinct(section: MirrorSection, dialect: str) -> None:
    names = [column.name for column in stored_columns(section.columns, dialect)]  # type: ignore[arg-type]
    assert not set(names) & _OWN_COLUMNS
    assert max(Counter(names).values()) == 1
    for child in section.children:
        names = [column.name for column in stored_columns(child.columns, dialect)]  # type: ignore[arg-type]
        assert not set(names) & {"store_id", "position", child.parent_key}
        assert max(Counter(names).values()) == 1
    tables = [*MIRROR_SECTIONS, *(child.name for each in MIRROR_SECTIONS.values() for child in each.children)]
    assert len(tables) == len(set(tables))


def test_the_times_of_items_are_those_that_lists_are_read_by() -> None:
    assert MIRROR_SECTIONS["customers"].created == "registered"
    assert MIRROR_SECTIONS["products"].updated == "updateTimestamp"
    assert MIRROR_SECTIONS["categories"].updated is None


@pytest.mark.parametrize(
    ("section", "item_id", "key"),
    [
        ("products", 42, 42),
        ("products", "42", 42),
        ("products", "42x", None),
        ("products", 1 << 63, None),
        ("products", "９", None),
        ("orders", "EG4H2", "EG4H2"),
        ("orders", 42, "42"),
        ("orders", "..", None),
        ("orders", " ", None),
        ("orders", "\ud800", None),
        ("brands", "..", ".."),
    ],
)
def test_an_id_becomes_the_key_of_its_table(section: str, item_id: int | str, key: int | str | None) -> None:
    assert MIRROR_SECTIONS[section].to_key(item_id) == key
