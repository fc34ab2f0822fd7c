"""Every figure that a scenario states, with its source: what the model rests on.

The nearest source counts: that of `agencies.kiosk` holds for all of the kiosk unless a longer
path has one of its own. `agencies.` and `journeys.` may be left out of a source's path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sim.scenario import quantities as q
from sim.scenario.model import Promise, Scenario
from sim.scenario.weekdays import names_weekdays, read_weekdays

Kind = Literal["source", "assumption", "default", "none"]
NO_FIGURES = (
    "name", "description", "observed", "expect", "tolerance", "sources", "plausible"
)  # fmt: skip
"""Parts of a scenario in which a number is no input of the model."""
_CLOCK = re.compile(r"\b(\d{1,2})[.:](\d{2})(?=$|\.)")
_NUMBER = re.compile(r"[+-]?\.?\d")


@dataclass(frozen=True)
class Figure:
    """One figure.

    path : dotted, items from 1, as in `journeys.paspor.stops[2].bank.bayar`
    text : the figure as a scenario file would write it; a list of values is one figure
    source : the nearest source, "" where there is none
    kind : `source`; `assumption` where the source says so; `default` where the file leaves it to
        the program; `none` where nothing is said
    """

    path: str
    text: str
    source: str
    kind: Kind


def figures(scenario: Scenario) -> tuple[Figure, ...]:
    """Return all figures that a scenario states, in its order; what it leaves out is none.

    One exception: a promise that does not say for how many is listed, since 90 % is then ours.
    """
    stated = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    stated["calendar"].pop("only", None)  # which dates are run is no figure of the mall
    tree = {key: part for key, part in stated.items() if key not in NO_FIGURES}
    leaves = [*_leaves(tree, ""), *_unsaid(scenario)]
    sources = _sources(scenario)
    return tuple(_figure(path, text, default, sources) for path, text, default in leaves)


def _figure(path: str, text: str, default: bool, sources: dict[str, str]) -> Figure:
    if default:
        return Figure(path, text, "", "default")
    near = [key for key in sources if _holds(steps(key), steps(path))]
    if not near:
        return Figure(path, text, "", "none")
    source = sources[max(near, key=lambda key: len(steps(key)))]
    assumed = source.lower().startswith(("assum", "asumsi"))
    return Figure(path, text, source, "assumption" if assumed else "source")


def _holds(above: list[str], path: list[str]) -> bool:
    """Whether a path lies at or below another."""
    return len(above) <= len(path) and all(map(_same, above, path))


def _same(above: str, step: str) -> bool:
    return above == step or (
        names_weekdays(above) and names_weekdays(step) and _days(step) <= _days(above)
    )


def steps(path: str) -> list[str]:
    """Return the steps of a path, clock times as `08:00`: `stops[2].bank.bayar` has four."""
    clock = _CLOCK.sub(lambda found: f"{found[1].zfill(2)}:{found[2]}", path)
    return [step for step in re.split(r"\.|(?=\[)", clock) if step]


def _days(step: str) -> set[str]:
    return set(read_weekdays(step))


def _sources(scenario: Scenario) -> dict[str, str]:
    """Return the sources by full path."""
    return {full_path(scenario, key): source for key, source in scenario.sources.items()}


def full_path(scenario: Scenario, path: str) -> str:
    """Return a path with the `agencies.` or `journeys.` that it may leave out."""
    first = re.split(r"[.\[]", path)[0]
    if first in Scenario.model_fields:
        return path
    return ("agencies." if first in scenario.agencies else "journeys.") + path


def _leaves(node: Any, path: str) -> Iterator[tuple[str, str, bool]]:
    if isinstance(node, dict):
        for key, item in node.items():
            if key not in ("name", "description") or not isinstance(item, str):
                yield from _leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        if node and all(_is_number(item) for item in node):
            yield path, ", ".join(_text(item) for item in node), False
        else:
            for number, item in enumerate(node, start=1):
                yield from _leaves(item, f"{path}[{number}]")
    elif _is_number(node):
        yield path, _text(node), False


def _is_number(node: Any) -> bool:
    if isinstance(node, str):
        return _NUMBER.match(node) is not None
    return isinstance(node, (int, float)) and not isinstance(node, bool)


def _text(node: Any) -> str:
    return node if isinstance(node, str) else f"{node:.15g}"


def _unsaid(scenario: Scenario) -> Iterator[tuple[str, str, bool]]:
    """Return the promises that leave out for how many of the citizens they hold."""
    promises: dict[str, Promise | None] = {}
    for name, agency in scenario.agencies.items():
        promises[f"agencies.{name}"] = agency.promise
        for key, service in agency.services.items():
            promises[f"agencies.{name}.services.{key}"] = service.promise
    for path, promise in promises.items():
        if promise is not None and "for_" not in promise.model_fields_set:
            yield f"{path}.promise.for", q.share(promise.for_), True
