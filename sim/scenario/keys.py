"""The keys that the models accept, one by one: what the schema and the reference walk through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.fields import Frozen
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class Key:
    """One key of a model.

    model : name of the model; name : the key as it stands in a file
    type : of the value, without `None` and without constraints of the model
    required : whether it must be given; nonempty : whether a mapping needs at least one entry
    default : what holds where it is left out, as a file would say it; None for nothing
    """

    model: str
    name: str
    type: Any
    required: bool = False
    nonempty: bool = False
    default: Any = None

    @property
    def path(self) -> str:
        """`Model.key`, by which words and examples name it."""
        return f"{self.model}.{self.name}"


def keys_of(model: type[BaseModel]) -> tuple[Key, ...]:
    """Return the keys of a model in their order."""
    defaults = model.model_construct().model_dump(by_alias=True)
    return tuple(
        _key(model.__name__, field.alias or name, field, defaults)
        for name, field in model.model_fields.items()
    )


def _key(model: str, name: str, field: FieldInfo, defaults: dict[str, Any]) -> Key:
    least = [getattr(item, "min_length", None) for item in field.metadata]
    readers = [item for item in field.metadata if not hasattr(item, "min_length")]
    kind = Annotated[(field.annotation, *readers)] if readers else field.annotation
    default = None if field.is_required() else defaults[name]
    return Key(model, name, without_none(kind), field.is_required(), any(least), default)


def without_none(kind: Any) -> Any:
    """Return the one type that a union with None holds; any other type as it is."""
    if get_origin(kind) in (Union, UnionType):
        members = [member for member in get_args(kind) if member is not type(None)]
        if len(members) < len(get_args(kind)) and len(members) == 1:
            return members[0]
    return kind


def models(of: type[BaseModel] = Scenario) -> tuple[type[BaseModel], ...]:
    """Return a model and all models in it, each once, in the order in which they are met."""
    return tuple(dict.fromkeys(_models(of)))


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if is_model(kind):
        yield kind
        for field in kind.model_fields.values():
            yield from _models(field.annotation)
    elif get_origin(kind) is not Literal:
        for inner in get_args(kind):
            yield from _models(inner)


def is_model(kind: Any) -> bool:
    """Whether a type is one of the scenario's models."""
    return isinstance(kind, type) and issubclass(kind, Frozen)


def places() -> dict[str, tuple[str, ...]]:
    """Return where each model stands in a file, as dotted paths with `NAME` for names."""
    found: dict[str, list[str]] = {}
    for place, model in _places(Scenario, ""):
        found.setdefault(model, []).append(place)
    return {model: tuple(dict.fromkeys(of)) for model, of in found.items()}


def _places(model: type[BaseModel], at: str) -> Iterator[tuple[str, str]]:
    yield at, model.__name__
    for name, field in model.model_fields.items():
        step = field.alias or name
        for inner, named in _inner(field.annotation):
            yield from _places(inner, ".".join(filter(None, (at, step, "NAME" if named else ""))))


def _inner(kind: Any, named: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    """Yield the models directly within a type, and whether they stand below names."""
    if is_model(kind):
        yield kind, named
    elif get_origin(kind) is not Literal:
        for inner in get_args(kind):
            yield from _inner(inner, named or get_origin(kind) is dict)
