"""The Structs of models."""

from collections.abc import Iterator
from typing import Any, Final, cast

import attrs

from ecwid_async.codec.struct_layout import Layout
from ecwid_async.codec.structure import get_hook
from ecwid_async.models.base import JSON_TEXT, PREFIX, Model, TaggedUnion, is_model, union_members, wire_name

__all__ = ["find_model_layout", "find_model_layouts", "layouts_of"]


class ModelLayout(Layout):
    """The layout of a model. `tagged` models are members of a union, whose tag is no field of the Struct."""

    def __init__(self, model: type[Model], *, tagged: bool) -> None:
        self._model = model
        super().__init__(model.__name__, model, model.__bases__[0], model.tag if tagged else None)

    def _struct_namespace(self) -> dict[str, Any]:
        return {"build_model": staticmethod(self.build)}

    def _find_layouts(self, declared: Any) -> list[Layout] | None:
        return find_model_layouts(declared)

    def _assignments(self) -> Iterator[str]:
        attrs.resolve_types(self._model)
        for field in self._model.__attrs_attrs__:
            if field.name == "extra":
                continue
            wire, target = wire_name(field), f"self.{field.name}"
            if self._tag is not None and wire == self._tag[0]:
                self._namespace["tag"] = get_hook(field.type)(self._tag[1], None)
                yield f"    {target} = tag"
                continue
            plan = self._plan_field(field.type, as_text=JSON_TEXT in field.metadata)
            self._add_field(field.name, wire, plan)
            if plan.is_copied:
                yield f"    {target} = struct.{field.name}"
            else:
                yield from plan.load(field.name)
                yield (
                    f"    {target} = v" if plan.value == "v" else f"    {target} = None if v is None else {plan.value}"
                )
        yield "    self.extra = collect_new_fields(struct, new_fields, ordered_pairs) if new_fields else NO_EXTRA"


_layouts: Final[dict[tuple[type[Model], bool], Layout | None]] = {}


def find_model_layout(model: type[Model], *, tagged: bool) -> Layout | None:
    """The layout of a model; None for one that collects fields by prefix, which has no Struct."""
    key = model, tagged
    if key not in _layouts:
        has_prefix = any(PREFIX in field.metadata for field in model.__attrs_attrs__)
        _layouts[key] = None if has_prefix else ModelLayout(model, tagged=tagged)
    return _layouts[key]


def layouts_of(model: type[Model]) -> Iterator[Layout]:
    """The layouts of a model that exist."""
    for tagged in (False, True):
        if (layout := _layouts.get((model, tagged))) is not None:
            yield layout


def find_model_layouts(declared: Any) -> list[Layout] | None:
    """The layouts of a model or a union of models; None for any other type, and if there are not all."""
    layouts: list[Layout | None]
    options = union_members(declared)
    union = TaggedUnion.from_members(options)
    if union is not None:
        # A value for the fallback, which has no tag, is refused.
        layouts = [find_model_layout(model, tagged=True) for model in union.models_by_tag.values()]
    elif len(options) == 1 and is_model(options[0]):
        layouts = [find_model_layout(options[0], tagged=False)]
    else:
        return None
    return None if None in layouts else cast("list[Layout]", layouts)
