"""What the models accept at a path: its keys, or its words. For the remedy of what they refuse."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.faults import Path, Step


def keys_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys that a model accepts at a path: nothing where any key may stand."""
    models = [t for t in _types_at(model, path) if _is_model(t)]
    return tuple(field.alias or name for m in models for name, field in m.model_fields.items())


def choices_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the words that a model accepts at a path."""
    literals = [t for t in _types_at(model, path) if get_origin(t) is Literal]
    return tuple(str(choice) for literal in literals for choice in get_args(literal))


def _types_at(model: type[BaseModel], path: Path) -> list[Any]:
    types: list[Any] = [model]
    for step in path:
        types = [inner for t in types for inner in _below(t, step)]
    return types


def _below(of: Any, step: Step) -> list[Any]:
    if _is_model(of):
        fields = of.model_fields.items()
        return [t for n, f in fields if step in (n, f.alias) for t in _plain_types(f.annotation)]
    if get_origin(of) is dict:
        return _plain_types(get_args(of)[1])
    if get_origin(of) is tuple:
        return _plain_types(get_args(of)[0])
    return []


def _plain_types(of: Any) -> list[Any]:
    """Return a type without Annotated, and a union as its members."""
    origin = get_origin(of)
    if origin is Annotated:
        return _plain_types(get_args(of)[0])
    if origin in (Union, UnionType):
        return [t for member in get_args(of) for t in _plain_types(member)]
    return [of]


def _is_model(of: Any) -> bool:
    return isinstance(of, type) and issubclass(of, BaseModel)
