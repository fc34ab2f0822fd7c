"""Every word that a person reads, in English and Indonesian.

The folders `en` and `id` hold one file a subject, with the same keys and the same placeholders
in both (a test holds them to it). Code names a key, never a sentence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Protocol, runtime_checkable

LANGUAGES = ("id", "en")


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return all texts of a language by dotted key: `fault.unknown_key` stands in fault.toml.

    Raises ValueError for a language other than `id` and `en`.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no words in {lang!r}; there are {', '.join(LANGUAGES)}")
    texts: dict[str, str] = {}
    for file in (files("sim.words") / lang).iterdir():
        subject = file.name.removesuffix(".toml")
        texts.update(_leaves(tomllib.loads(file.read_text(encoding="utf-8")), f"{subject}."))
    return texts


@runtime_checkable
class Sayable(Protocol):
    """What has words of its own in both languages."""

    def say(self, lang: str) -> str:
        """Return the words in a language."""


@dataclass(frozen=True)
class Phrase:
    """A text within another, said in the language of that one; `str` gives it in English."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str) -> str:
        """Return the text in a language."""
        return say(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.say("en")


def say(key: str, lang: str, /, **values: object) -> str:
    """Return the text `key` in `lang` with its `{placeholders}` filled in.

    A value with words of its own, such as a `Phrase`, is said in the same language.
    Raises KeyError for a key that no catalogue holds.
    """
    said = {k: v.say(lang) if isinstance(v, Sayable) else v for k, v in values.items()}
    return catalogue(lang)[key].format(**said)


def _leaves(tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
