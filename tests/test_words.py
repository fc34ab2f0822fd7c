"""Both catalogues hold the same words; code asks for no others, and none is left over."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim.scenario.keys import keys_of, models
from sim.scenario.law_schema import PARAMETERS, forms
from sim.scenario.schema import ADD_STOPS, ADDITION, EXTENDS
from sim.scenario.shapes import shape_of
from sim.words import LANGUAGES, catalogue, say

ROOT = Path(__file__).parent.parent

SIM = Path(__file__).parent.parent / "sim"
WORDS = SIM / "words"
TEMPLATES = ("*.j2",)
PARTS = {"title", "description", "rule", "unit", "default"}
NUMBERS = {"share", "ratio", "number", "positive", "weight", "integer", "count", "counters"}
"""Kinds of values whose unit does not stand beside them in a file."""
KEYS = [*(key for model in models() for key in keys_of(model)), EXTENDS, ADD_STOPS, *ADDITION]
MADE_UP = r"([\w.]+)"
"""What a placeholder in the key of a text may stand for."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


# The catalogues


def test_both_languages_have_the_same_subjects() -> None:
    english, indonesian = ({f.name for f in (WORDS / lang).iterdir()} for lang in ("en", "id"))
    assert english == indonesian


def test_both_languages_hold_the_same_keys() -> None:
    assert set(catalogue("id")) == set(catalogue("en"))


def test_both_languages_fill_in_the_same_values() -> None:
    other = catalogue("id")
    differ = {
        k for k, text in catalogue("en").items() if placeholders(text) != placeholders(other[k])
    }
    assert differ == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_says_something(lang: str) -> None:
    assert [key for key, text in catalogue(lang).items() if not text.strip()] == []


def test_unknown_words_and_languages_are_errors() -> None:
    with pytest.raises(KeyError):
        say("page.no_such_word", "en")
    with pytest.raises(ValueError, match="id, en"):
        catalogue("nl")


# What code asks for


@cache
def asked() -> tuple[frozenset[str], frozenset[str]]:
    """All texts in the code, and all patterns of texts with something filled in."""
    texts: set[str] = set()
    patterns: set[str] = set()
    for file in SIM.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        docstrings = [node.value for node in nodes if isinstance(node, ast.Expr)]
        for node in nodes:
            if isinstance(node, ast.Constant) and node not in docstrings:
                texts |= {str(node.value), *re.findall(r"\w+", str(node.value))}
            elif isinstance(node, ast.JoinedStr):
                patterns.add("".join(_pattern(part) for part in node.values))
    for kind in TEMPLATES:
        for file in SIM.rglob(kind):
            source = file.read_text(encoding="utf-8")
            texts |= set(re.findall(r"[\"']([\w.]+)[\"']", source))
            for first, last in re.findall(
                r"[\"']([\w.]*)[\"'] *~ *[\w.]+(?: *~ *[\"'](.*?)[\"'])?", source
            ):
                patterns.add(f"{re.escape(first)}{MADE_UP}{re.escape(last)}")
    return frozenset(texts), frozenset(patterns)


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else MADE_UP


def calls_of_say() -> Iterator[tuple[str, str]]:
    """The key in each call of `say` that names one outright, and where."""
    for file in sorted(SIM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id == "say" and node.args:
                for key in _choices(node.args[0]):
                    yield key, f"{file.relative_to(SIM)}:{node.lineno}"


def _choices(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.IfExp):
        yield from _choices(argument.body)
        yield from _choices(argument.orelse)


def test_every_word_that_code_names_is_there() -> None:
    calls = list(calls_of_say())
    assert len(calls) > 50
    assert [call for call in calls if call[0] not in catalogue("en")] == []


def _is_asked(key: str) -> bool:
    """Whether some code may ask for a text: by its whole key, or by what follows its subject."""
    subject, _, rest = key.partition(".")
    return _is_made(key) or (subject == "page" and _is_made(rest))


def _is_made(text: str, deep: int = 2) -> bool:
    """Whether code holds a text, or makes it of parts that it holds."""
    texts, patterns = asked()
    if text in texts or text.isdigit():
        return True
    if deep == 0:
        return False
    found = (re.fullmatch(pattern, text) for pattern in patterns if _says_something(pattern))
    return any(match and all(_is_made(p, deep - 1) for p in match.groups()) for match in found)


def _says_something(pattern: str) -> bool:
    return bool(re.search(r"\w", pattern.replace(MADE_UP, "")))


def test_no_text_is_left_over() -> None:
    """`schema.*` is held key by key below; here are those that no code can ask for."""
    keys = [key for key in catalogue("en") if not re.match(r"schema\.(?!reference)", key)]
    assert [key for key in keys if not _is_asked(key)] == []


# The words of a scenario's keys


def test_every_key_of_a_scenario_is_described() -> None:
    texts = catalogue("en")
    for path in [*(key.path for key in KEYS), *(f"Law.{name}" for name in PARAMETERS)]:
        for part in ("title", "description"):
            assert texts.get(f"schema.{path}.{part}"), (path, part)
    for model in [*(model.__name__ for model in models()), "Addition", "Law"]:
        for part in ("title", "description"):
            assert texts.get(f"schema.model.{model}.{part}"), (model, part)


def test_no_description_is_left_over() -> None:
    paths = {key.path for key in KEYS} | {f"Law.{name}" for name in PARAMETERS}
    named = {f"schema.{path}.{part}" for path in paths for part in PARTS}
    names = [*(model.__name__ for model in models()), "Addition", "Law"]
    named |= {f"schema.model.{name}.{part}" for name in names for part in ("title", "description")}
    named |= {f"schema.law.{form.law}" for form in forms()}
    texts, _ = asked()
    left = {key for key in catalogue("en") if key.startswith("schema.")} - named
    kinds = {key for key in left if key.removeprefix("schema.kind.") in texts}
    other = ("schema.reference.", "schema.of.")
    left = {key for key in left - kinds if not key.startswith(other) and key not in texts}
    assert left == set()


def test_plain_numbers_have_a_unit() -> None:
    without = {
        key.path
        for key in KEYS
        if shape_of(key).kind in NUMBERS and f"schema.{key.path}.unit" not in catalogue("en")
    }
    assert without == set()


def test_sentences_of_a_key_are_whole() -> None:
    for lang in LANGUAGES:
        for key, text in catalogue(lang).items():
            if re.fullmatch(r"schema\.[A-Z]\w+\.\w+\.(description|rule)", key):
                assert text.endswith((".", "?")), key
            elif re.fullmatch(r"schema\.[A-Z]\w+\.\w+\.(title|unit|default)", key):
                assert not text.endswith("."), key


OTHER_WORDS = {
    "en": {
        "citizen": r"customers?|clients?|patrons?|guests?|passengers?",
        "counter": r"tellers?|booths?", "officer": r"clerks?", "booking": r"appointments?",
    },
    "id": {
        "mal": r"balai", "warga": r"pelanggan|nasabah|klien|pengunjung", "loket": r"konter|teller",
        "antrean": r"antrian|antri", "nomor antrean": r"karcis|tiket", "keperluan": r"perjalanan",
        "perhentian": r"persinggahan", "golongan": r"kelas", "bagian": r"porsi|proporsi",
        "distribusi": r"sebaran", "rentang": r"selang|interval", "simulasi":
        r"replikasi|ulangan|putaran|dimainkan|memainkan", "seed": r"benih",
        "berkas": r"file", "berkas tambahan": r"overlay|lapisan", "catatan antrean": r"log",
        "minggu": r"pekan",
    },
}  # fmt: skip
"""One word for each notion, that of the glossary: what else it might be called, and is not."""
GLOSSARY = ROOT / "docs/glossary.md"
PAPERS = [
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("scenarios/*.md")]
    if path.name not in ("comparison.md", "cluster.md")  # others' words, for others' things
]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_notion_has_one_word(lang: str) -> None:
    said = dict(catalogue(lang))
    for path in PAPERS:
        if ("id" in path.parts) == (lang == "id"):
            said[path.name] = path.read_text(encoding="utf-8")
    found = [
        (key, match.group(), f"say {ours}")
        for key, text in said.items()
        for ours, others in OTHER_WORDS[lang].items()
        if (match := re.search(rf"\b(?:{others})(?:nya)?\b", of_people(text), re.IGNORECASE))
    ]
    assert found == []


def of_people(text: str) -> str:
    """Return a text without what a program reads: placeholders, names in code, options, files."""
    return re.sub(r"\{\w*\}|`[^`]*`|(?s:```.*?```)|--\w+|\S+\.(?:md|json|yaml|csv|html)", " ", text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_word_for_each_notion_stands_in_the_glossary(lang: str) -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    column = {row[LANGUAGES[::-1].index(lang)] for row in rows}
    assert set(OTHER_WORDS[lang]) <= column
