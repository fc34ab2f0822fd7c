"""The reference of the scenario file, written from the models and their words.

python -m sim.scenario.reference > docs/reference.md        (in Indonesian: add `id`)
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from sim.scenario.examples import LAWS, SMALL, example
from sim.scenario.index import index
from sim.scenario.keys import Key, keys_of, models, places
from sim.scenario.law_schema import PARAMETERS, Form, forms
from sim.scenario.observable import OBSERVABLE
from sim.scenario.schema import ADD_STOPS, ADDITION, EXTENDS, description, has_words
from sim.words import say

SCHEMA_LINE = "# yaml-language-server: $schema=../docs/scenario.schema.json"
KINDS = (
    "duration", "clock", "interval", "weekdays", "dates", "share", "ratio", "law", "quantity",
    "range",
)  # fmt: skip
"""The kinds of values that stand at many keys."""


def reference(lang: str = "en") -> str:
    """Return the reference as Markdown. Raises ValueError for an unknown language."""
    body = list(_body(lang))
    return "\n\n".join([*_head(lang), index(body, lang), *body]) + "\n"


def _head(lang: str) -> Iterator[str]:
    yield f"# {_say('title', lang)}"
    yield _say("made", lang)
    yield _say("intro", lang)
    yield _yaml(SCHEMA_LINE)
    yield from _titled("want_title", "want_text", lang)


def _body(lang: str) -> Iterator[str]:
    yield from _titled("smallest", "laid_over", lang, before=_yaml(SMALL))
    yield from _titled("kinds", "kinds_text", lang)
    yield "\n".join(f"- {say(f'schema.kind.{kind}', lang)}" for kind in KINDS)
    for model in models():
        yield from _model(model.__name__, keys_of(model), places()[model.__name__], lang)
    yield from _titled("overlays", "overlays_text", lang)
    for key in (EXTENDS, ADD_STOPS):
        yield from _key(key, lang)
    yield from _model("Addition", ADDITION, ("journeys.NAME.add_stops",), lang)
    yield from _laws(lang)
    yield from _titled("notes", "notes_text", lang)
    yield from _titled("measures", "measures_text", lang)
    yield "\n".join(_measures(of, names, lang) for of, names in OBSERVABLE.items())


def _say(key: str, lang: str, /, **values: str) -> str:
    return say(f"schema.reference.{key}", lang, **values)


def _titled(title: str, text: str, lang: str, before: str = "") -> Iterator[str]:
    yield f"## {_say(title, lang)}"
    if before:
        yield before
    yield _say(text, lang)


def _yaml(text: str) -> str:
    return f"```yaml\n{text.rstrip()}\n```"


def _model(name: str, keys: Iterable[Key], where: Iterable[str], lang: str) -> Iterator[str]:
    yield f"## {say(f'schema.model.{name}.title', lang)}"
    text = say(f"schema.model.{name}.description", lang)
    stands = ", ".join(f"`{place}`" for place in where if place)
    yield f"{text} {_say('at', lang, places=stands)}" if stands else text
    yield _say("keys", lang, keys=", ".join(f"`{key.name}`" for key in keys))
    for key in keys:
        yield from _key(key, lang)


def _key(key: Key, lang: str) -> Iterator[str]:
    yield f"### `{key.name}`: {say(f'schema.{key.path}.title', lang)}"
    yield "\n".join(f"{line}  " for line in description(key, lang).splitlines()).rstrip()
    yield _yaml(example(key.path))


def _laws(lang: str) -> Iterator[str]:
    """Yield a table of the laws with their forms, and what each of their keys means."""
    yield from _titled("laws", "laws_text", lang)
    columns = (_say(f"{column}_column", lang) for column in ("law", "form", "example"))
    rows = [f"| {' | '.join(columns)} |", "|---|---|---|"]
    for law, of in groupby(forms(), lambda form: form.law):
        rows += _rows(law, list(of), lang)
    yield "\n".join(rows)
    yield "\n".join(_parameter(name, lang) for name in PARAMETERS)


def _rows(law: str, of: list[Form], lang: str) -> Iterator[str]:
    title = say(f"schema.law.{law}", lang)
    for form, text in zip(of, LAWS[law], strict=True):
        yield f"| {title} | `{form}` | `{text}` |"
        title = ""


def _parameter(name: str, lang: str) -> str:
    path = f"schema.Law.{name}"
    words = [f"{say(f'{path}.title', lang)}.", say(f"{path}.description", lang)]
    if name not in ("dist", "values"):  # their words say it already
        kind = say(f"schema.kind.{PARAMETERS[name].kind}", lang)
        words.append(say("schema.written", lang, kind=kind))
    if has_words(f"Law.{name}.unit"):
        words.append(say("schema.unit", lang, unit=say(f"{path}.unit", lang)))
    return f"- `{name}`: {' '.join(words)}"


def _measures(of: str, names: Iterable[str], lang: str) -> str:
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    return f"- {say(f'schema.of.{of}', lang)}: {listed}"


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):  # else Windows would write its own code page
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(reference(*sys.argv[1:2]), end="")
