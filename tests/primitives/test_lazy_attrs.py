"""attrs classes that generate their methods when these are first used."""

import copy
import inspect
import pickle
import sys
import weakref
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from ecwid_async.models.products import Product, ProductDraft
from ecwid_async.primitives import lazy_attrs


@lazy_attrs.frozen(kw_only=True)
class Point:
    """A point."""

    x: int
    y: int = 0
    secret: str = attrs.field(default="s", repr=False)
    labels: list[str] = attrs.field(factory=list, eq=False)
    limit = 7

    def __attrs_post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x is negative")

    def __len__(self) -> int:
        return self.x


@attrs.frozen(kw_only=True)
class EagerPoint:
    """A point."""

    x: int
    y: int = 0
    secret: str = attrs.field(default="s", repr=False)
    labels: list[str] = attrs.field(factory=list, eq=False)
    limit = 7

    def __attrs_post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x is negative")

    def __len__(self) -> int:
        return self.x


@lazy_attrs.define
class Counter:
    count: int = 0


@lazy_attrs.define(eq=False)
class Named:
    name: str

    def __repr__(self) -> str:
        return "named"


def _fresh_copy(decorate: Callable[..., Any]) -> Any:
    @decorate
    class Fresh:
        x: int
        y: "Counter | None" = None

    return Fresh


def _repr(item: object) -> str:
    return repr(item).replace("EagerPoint", "Point")


def test_a_class_has_the_members_that_attrs_gives_it() -> None:
    assert {name for name in vars(Point) if name != "__attrs_props__"} == {
        name for name in vars(EagerPoint) if name not in ("__attrs_props__", "__ne__")
    }
    assert inspect.signature(Point) == inspect.signature(EagerPoint)
    assert Point.__doc__ == EagerPoint.__doc__
    assert Point.__match_args__ == EagerPoint.__match_args__
    assert [field.name for field in attrs.fields(Point)] == ["x", "y", "secret", "labels"]
    assert _repr(Point(x=1)) == _repr(EagerPoint(x=1)) == "Point(x=1, y=0, labels=[])"
    assert hash(Point(x=1)) == hash(Point(x=1, labels=["a"]))
    assert Point(x=1) == Point(x=1, labels=["a"])
    assert Point(x=1) != Point(x=2)
    assert (Point(x=1) == EagerPoint(x=1)) is False  # type: ignore[comparison-overlap]


def test_a_frozen_class_refuses_new_values_and_attributes() -> None:
    point = Point(x=1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del point.x
    assert not hasattr(point, "__dict__")
    with pytest.raises(ValueError, match="x is negative"):
        Point(x=-1)


def test_values_are_copied_pickled_evolved_and_referenced_weakly() -> None:
    point = Point(x=1, labels=["a"])
    assert copy.deepcopy(point).labels == ["a"]
    assert pickle.loads(pickle.dumps(point)).labels == ["a"]
    assert attrs.evolve(point, y=2) == Point(x=1, y=2)
    assert attrs.asdict(point)["labels"] == ["a"]
    assert weakref.ref(point)() is point


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python 3.13 added copy.replace")
def test_a_copy_of_a_value_has_other_fields_replaced() -> None:
    replace = vars(copy)["replace"]
    assert replace(Point(x=1, labels=["a"]), x=2) == Point(x=2)
    assert replace(Counter(1), count=2) == Counter(2)
    assert replace(Product(id=1), name="a") == Product(id=1, name="a")
    assert replace(ProductDraft(name="a"), name="b") == ProductDraft(name="b")


def test_a_mutable_class_compares_by_value_unless_it_is_told_otherwise() -> None:
    counter = Counter()
    counter.count = 3
    assert counter == Counter(3)
    with pytest.raises(TypeError, match="unhashable"):
        hash(counter)
    assert Named("a") != Named("a")
    assert repr(Named("a")) == "named"
    assert hash(Named("a")) is not None


@pytest.mark.parametrize(
    "use",
    [
        lambda cls: cls(1),
        lambda cls: hash(cls(1)),
        lambda cls: repr(cls(1)),
        lambda cls: cls(1) == cls(2),
        lambda cls: pickle.dumps(copy.copy(cls(1)).x),
        attrs.fields,
        attrs.has,
        inspect.signature,
        lambda cls: attrs.resolve_types(cls, globals()),
        lambda cls: attrs.frozen(type("Sub", (cls,), {"__annotations__": {"z": int}, "z": 3}))(1),
    ],
)
def test_a_class_behaves_alike_whatever_is_used_first(use: Callable[[Any], object]) -> None:
    cls = _fresh_copy(lazy_attrs.frozen)
    use(cls)
    assert repr(cls(1)) == "Fresh(x=1, y=None)"
    assert cls(1) == cls(1)
    assert {cls(1), cls(1), cls(2)} == {cls(1), cls(2)}
    assert [field.name for field in attrs.fields(cls)] == ["x", "y"]
    match cls(5):
        case cls(x):
            assert x == 5
    sub = lazy_attrs.frozen(type("Sub", (cls,), {"__annotations__": {"z": int}, "z": 3}))
    assert (sub(1).x, sub(1).z) == (1, 3)
    assert sub(1) != cls(1)


def test_the_methods_of_an_unused_class_are_not_generated() -> None:
    cls = _fresh_copy(lazy_attrs.frozen)
    cls(1)
    assert inspect.isfunction(vars(cls)["__init__"])
    assert not inspect.isfunction(vars(cls)["__eq__"])
    assert not inspect.isfunction(vars(cls)["__repr__"])


@pytest.mark.parametrize("option", ["validator", "converter"])
def test_a_validator_or_converter_is_refused(option: str) -> None:
    @lazy_attrs.define
    class Checked:
        count: int = attrs.field(**{option: attrs.validators.ge(0) if option == "validator" else int})

    with pytest.raises(TypeError, match="use attrs itself"):
        Checked(1)
