"""Texts for readers, which a file may give in both languages: `{id: Seminggu biasa, en: ...}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, nearest, refuse
from sim.words import LANGUAGES


class Said(str):
    """A text for readers. As a str it is the English one, or the only one.

    by_lang : the text by language; empty where it was written once for all
    """

    by_lang: Mapping[str, str]

    def __new__(cls, text: str = "", by_lang: Mapping[str, str] | None = None) -> Said:
        """Return a text, with what it is in each language."""
        made = super().__new__(cls, text)
        made.by_lang = dict(by_lang or {})
        return made


def said(text: str, lang: str) -> str:
    """Return a text in a language, or as it is where it was written in one alone."""
    return text.by_lang.get(lang, str(text)) if isinstance(text, Said) else text


def read_said(raw: object) -> Said:
    """Read a text, or a text by language."""
    if isinstance(raw, Said):
        return raw
    if not isinstance(raw, dict):
        return Said(q.text_of(raw, "text"))
    found = [_unknown(key) for key in raw if key not in LANGUAGES]
    if found or not raw:
        refuse(*(found or [Finding("empty_table")]))
    by_lang = {lang: q.text_of(raw[lang], "text") for lang in LANGUAGES if lang in raw}
    return Said(by_lang.get("en", next(iter(by_lang.values()))), by_lang)


def _unknown(key: str) -> Finding:
    params = {"accepted": ", ".join(LANGUAGES), "near": nearest(key, LANGUAGES)}
    return Finding("unknown_key_accepted", params, (key,), at_key=True)


def _written(text: str) -> str | dict[str, str]:
    return dict(text.by_lang) if isinstance(text, Said) and text.by_lang else str(text)


Told = Annotated[Said, BeforeValidator(read_said), PlainSerializer(_written)]
