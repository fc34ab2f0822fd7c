"""A fault: what is wrong in a scenario, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NoReturn

from pydantic_core import PydanticCustomError

from sim.words import say

Step = str | int
Path = tuple[Step, ...]
LONGEST_PATH = 300
"""Letters of a path that are shown; a key may be as long as the file."""


@dataclass(frozen=True)
class Place:
    """Where something stands: a file (or the name of an override), line and column from 1.

    Line 0 means that the file as a whole is meant.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Finding:
    """What a field found wrong, before anybody knows in which line it stands.

    path : steps below the field that was read; empty for the field itself
    code : the key of the message, `fault.<code>` in the catalogues
    params : what fills the placeholders of the message
    at_key : whether the key (not the value) of the path is meant
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    path: Path = ()
    at_key: bool = False


@dataclass(frozen=True)
class Fault:
    """One fault with its place: prints as `file:line:column path: message`."""

    place: Place
    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = "en") -> str:
        """Return the one line that a person reads."""
        message = say(f"fault.{self.code}", lang, **self.params)
        near = self.params.get("near")
        if near:
            message += "; " + say("fault.did_you_mean", lang, near=near)
        path = self.path if len(self.path) <= LONGEST_PATH else self.path[:LONGEST_PATH] + "…"
        said = f"{self.place} {path}: {message}" if path else f"{self.place}: {message}"
        return " ".join(said.split())  # keys and names in quotes may hold line ends


def refuse(*findings: Finding) -> NoReturn:
    """Raise findings from inside a pydantic validator; the loader gives each its place."""
    raise PydanticCustomError("findings", "{n} findings", {"n": len(findings), "found": findings})


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that a misspelt one most likely means, or an empty string."""
    by_lower = {k.lower(): k for k in known}
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def written(path: Path) -> str:
    """Return a path as people write it: `journeys.ktp.stops[2]`."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text
