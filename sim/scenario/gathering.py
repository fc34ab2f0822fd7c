"""Reading a mapping whose parts may each be wrong: all that is wrong comes out in one go."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from sim.scenario.faults import Finding, Path, Step, nearest, refuse

T = TypeVar("T")


class Gathering:
    """Gathers what several reads refuse, so that all of it is reported in one go."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def read(self, path: Path, reader: Callable[..., T], *raw: object) -> T | None:
        """Return what `reader` makes of `raw`, or None where it refuses; `path` is where it is."""
        try:
            return reader(*raw)
        except PydanticCustomError as error:
            found = (error.context or {})["found"]
            self.found += [replace(f, path=(*path, *f.path)) for f in found]
        return None

    def add(self, code: str, *path: Step, at_key: bool = False, **params: object) -> None:
        """Note one finding."""
        self.found.append(Finding(code, params, path, at_key))

    def refuse_any(self) -> None:
        """Raise what was found, if anything was."""
        if self.found:
            refuse(*self.found)


def known_keys(
    raw: dict[str, Any],
    keys: Sequence[str],
    accepted: str,
    gathering: Gathering,
    meant: Sequence[str] = (),
) -> list[str]:
    """Return which of `keys` the mapping has; note each key that is none of them.

    meant : other keys that a misspelt one may stand for
    """
    for key in raw:
        if key not in keys:
            near = nearest(str(key), (*keys, *meant))
            gathering.add("dist_key", key, at_key=True, value=key, accepted=accepted, near=near)
    return [key for key in raw if key in keys]


def exactly(raw: dict[str, Any], needed: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuse a law whose keys are not those needed and some of the optional ones."""
    gathering = Gathering()
    accepted = braces(needed) + "".join(f" [{key}]" for key in optional)
    given = known_keys(raw, (*needed, *optional), accepted, gathering)
    if not gathering.found and not set(needed) <= set(given):
        gathering.add("dist_parameters", given=braces(given), accepted=accepted)
    gathering.refuse_any()


def sum_to_one(shares: Sequence[float], gathering: Gathering, *path: Step) -> None:
    """Note shares that do not sum to 1; where one could not be read, that is said already."""
    total = math.fsum(shares)
    if not gathering.found and abs(total - 1) > 1e-9:
        gathering.add("dist_shares", *path, value=f"{total * 100:.10g} %")


def braces(keys: Sequence[str]) -> str:
    """Return keys as people write them: `{mean, sd}`."""
    return "{" + ", ".join(keys) + "}"
