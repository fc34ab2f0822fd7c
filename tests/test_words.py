"""Both catalogues hold the same words, and no code asks for words that are not there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from sim.scenario.keys import keys_of, models
from sim.words import LANGUAGES, catalogue, say

SIM = Path(__file__).parent.parent / "sim"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_hold_the_same_keys() -> None:
    assert set(catalogue("id")) == set(catalogue("en"))


def test_both_languages_fill_in_the_same_values() -> None:
    other = catalogue("id")
    differ = {
        k for k, text in catalogue("en").items() if placeholders(text) != placeholders(other[k])
    }
    assert differ == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang: str) -> None:
    assert [key for key, text in catalogue(lang).items() if not text.strip()] == []


def test_every_word_that_code_names_is_there() -> None:
    named = set()
    for file in SIM.rglob("*.py"):
        named |= set(re.findall(r"\bsay\(\s*\"([a-z_]+\.[\w.]+)\"", file.read_text("utf-8")))
    assert len(named) > 50
    assert sorted(named - set(catalogue("en"))) == []


def test_unknown_words_and_languages_are_errors() -> None:
    with pytest.raises(KeyError):
        say("page.no_such_word", "en")
    with pytest.raises(ValueError, match="id, en"):
        catalogue("nl")


def test_every_key_of_a_scenario_is_described() -> None:
    texts = catalogue("en")
    for model in models():
        for key in keys_of(model):
            for part in ("title", "description"):
                assert texts.get(f"schema.{key.path}.{part}"), (key.path, part)
