"""Every public name says what it takes, gives and refuses; formulas and intervals name a source."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import sim

ROOT = Path(__file__).parent.parent
SOURCED = ("sim.theory", "sim.statistics.intervals")
SOURCE = re.compile(
    r"\b(?:1[89]|20)\d\d\b|\beq(?:uation)?\b|\b(?:p|ch|sec)\. \d|\bchapter \d", re.I
)
"""A year, an equation, a page, a chapter: of whoever found it. Or the function that names it."""
MARKED = r"\b(?:Raise|Refuse)"


def public() -> Iterator[tuple[str, Any]]:
    """Yield public names with what they stand for, and the public methods of classes among them."""
    for name in sim.__all__:
        of = getattr(sim, name)
        yield name, of
        if inspect.isclass(of):
            for key, member in vars(of).items():
                function = getattr(member, "__func__", getattr(member, "fget", member))
                if isinstance(function, FunctionType) and not key.startswith("_"):
                    yield f"{name}.{key}", function


PUBLIC = dict(public())


def doc_of(of: Any) -> str:
    return of.__doc__ or ""


def takes(of: Any) -> list[str]:
    """Return what a caller may give: parameters, or the fields of a frozen object."""
    if inspect.isclass(of):
        return [f.name for f in fields(of)] if is_dataclass(of) else []
    return [name for name in inspect.signature(of).parameters if name not in ("self", "cls")]


def said(name: str, doc: str) -> bool:
    """Whether a parameter is named, as such or in the words of the sentence."""
    words = name.rstrip("_").split("_")
    return bool(re.search(rf"\b{name}\b", doc)) or all(
        re.search(rf"\b{re.escape(word.rstrip('s'))}", doc, re.I) for word in words
    )


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_says_what_it_takes(name: str) -> None:
    doc = doc_of(PUBLIC[name])
    assert doc, "no docstring"
    if "." in name:  # what all methods of a class take is said once, there
        doc += doc_of(PUBLIC[name.partition(".")[0]])
    assert [one for one in takes(PUBLIC[name]) if not said(one, doc)] == []


@pytest.mark.parametrize("name", [n for n, of in PUBLIC.items() if isinstance(of, FunctionType)])
def test_a_public_function_says_what_it_gives_and_what_it_refuses(name: str) -> None:
    of = PUBLIC[name]
    tree = ast.parse(textwrap.dedent(inspect.getsource(of)))
    gives = inspect.signature(of).return_annotation not in (None, "None")
    is_property = any(
        isinstance(node, ast.FunctionDef) and any("property" in ast.unparse(d)
                                                  for d in node.decorator_list)
        for node in tree.body
    )  # fmt: skip
    doc = doc_of(of)
    if gives and not is_property:
        assert re.match(r"\s*(?:[A-Z][a-z]+)\b", doc), "begins with what it does"
    if any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(tree)):
        assert re.search(MARKED, doc), "raises, and does not say what"


@pytest.mark.parametrize("module", SOURCED)
def test_a_formula_names_its_source(module: str) -> None:
    found = importlib.import_module(module)
    plain = {name: inspect.unwrap(of) for name, of in vars(found).items() if callable(of)}
    own = {
        name: of
        for name, of in plain.items()
        if isinstance(of, FunctionType) and of.__module__ == module and not name.startswith("_")
    }
    sourced = {name for name, of in own.items() if SOURCE.search(doc_of(of))}
    rest = {name: set(re.findall(r"`(\w+)`", doc_of(of))) for name, of in own.items()}
    for _ in own:  # who refers to a function that names a source has one, too
        sourced |= {name for name in own if rest[name] & sourced}
    assert sorted(set(own) - sourced) == []


def test_the_pipeline_runs_as_it_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(sim).attempted > 5
    assert doctest.testmod(sim).failed == 0


def test_every_doctest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for path in sorted((ROOT / "sim").rglob("*.py")):
        if ">>>" in path.read_text(encoding="utf-8") and path != ROOT / "sim" / "__init__.py":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            assert doctest.testmod(importlib.import_module(name)).failed == 0, name
