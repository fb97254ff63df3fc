"""The Structs of users' classes."""

from collections.abc import Iterator
from typing import Any, cast, get_args

from msgspec import UNSET

from ecwid_async.codec.model_layout import find_model_layouts
from ecwid_async.codec.projection import Member, Projection
from ecwid_async.codec.struct_layout import Layout, any_type, is_plain

__all__ = ["find_projection_layout"]


class ProjectionLayout(Layout):
    """The layout of a user's class that is filled by assignment.

    Nothing of the user's is in the Struct, so that msgspec's caches can't keep the class alive.
    """

    def __init__(self, projection: Projection[Any], builder: type) -> None:
        self.projection = projection
        super().__init__("Item", projection.into, builder, None)

    @property
    def fields_without_none(self) -> set[str]:
        members = cast("Projection[Any]", self.projection).members
        return {member.wire_name for member in members if _needs_absent(member)}

    def add_fields(self, names: tuple[str, ...]) -> bool:
        known = self.attributes
        new = [name for name in dict.fromkeys(names) if name not in known and is_plain(name)]
        self._fields += [(f"scan__{name}", name, any_type) for name in new]
        return bool(new)

    def _find_layouts(self, declared: Any) -> list[Layout] | None:
        if not isinstance(declared, Projection):
            return find_model_layouts(declared)
        layout = find_projection_layout(declared)
        return None if layout is None else [layout]

    def _assignments(self) -> Iterator[str]:
        for position, member in enumerate(cast("Projection[Any]", self.projection).members):
            attribute, target = f"member{position}", f"self.{member.attribute}"
            plan = self._plan_field(member.declared, as_text=member.as_text)
            self._add_field(attribute, member.wire_name, plan)
            yield from plan.load(attribute)
            if member.required:
                yield "    if v is None: raise_wrong_type()"
            else:
                self._namespace[f"default{position}"] = member.default
                if _needs_absent(member):
                    yield f"    if v is UNSET: {target} = default{position}"
                    yield f"    elif v is None: {target} = None"
                else:
                    yield f"    if v is None: {target} = default{position}"
            yield f"    else: {target} = {plan.value}"


def _needs_absent(member: Member) -> bool:
    """Whether an absent value differs from null."""
    return not member.required and member.nullable and member.default is not None


def find_projection_layout(projection: Projection[Any]) -> Layout | None:
    """The layout of a user's class; None for one that is not filled by assignment, or has such a class in it."""
    if projection.layout is UNSET:
        nested = [inner for member in projection.members for inner in _projections_in(member.declared)]
        builder = projection.builder if all(map(find_projection_layout, nested)) else None
        projection.layout = None if builder is None else ProjectionLayout(projection, builder)
    return cast("Layout | None", projection.layout)


def _projections_in(declared: Any) -> Iterator[Projection[Any]]:
    if isinstance(declared, Projection):
        yield declared
    for part in get_args(declared):
        yield from _projections_in(part)
