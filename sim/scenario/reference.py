"""The reference of the scenario file, written from the models and their words.

python -m sim.scenario.reference > docs/reference.md
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.examples import EXAMPLES, SMALL, example
from sim.scenario.keys import keys_of, models, places
from sim.scenario.schema import ADDITION, description
from sim.scenario.shapes import shape_of
from sim.words import say

HEAD = """\
# Every key of a scenario

Written by `python -m sim.scenario.reference` from the models; what stands here is what
`mppsim validate` accepts. Names in capitals (`NAME`) are yours to choose. Each example is laid
over this small mall:

```yaml
{small}```
"""


def reference(lang: str = "en") -> str:
    """Return the reference as Markdown."""
    parts = [HEAD.format(small=SMALL), *_contents(lang)]
    for model in models():
        name = model.__name__
        parts.append(f"\n## {say(f'schema.model.{name}.title', lang)}\n")
        where = ", ".join(f"`{place}`" for place in places()[name] if place)
        parts.append((f"At {where}. " if where else "") + _text(f"schema.model.{name}", lang))
        for key in (*keys_of(model), *(ADDITION if name == "Journey" else ())):
            parts += _key(key.path, key.name, description(key, shape_of(key), lang), lang)
    return "\n".join(parts).rstrip() + "\n"


def _contents(lang: str) -> Iterator[str]:
    yield ""
    for model in models():
        title = say(f"schema.model.{model.__name__}.title", lang)
        keys = ", ".join(f"`{key.name}`" for key in keys_of(model))
        yield f"- **{title}**: {keys}"


def _text(key: str, lang: str) -> str:
    return say(f"{key}.description", lang) + "\n"


def _key(path: str, name: str, text: str, lang: str) -> Iterator[str]:
    yield f"### `{name}`: {say(f'schema.{path}.title', lang)}\n"
    yield text.replace("\n", "  \n") + "\n"
    if path in EXAMPLES:
        yield f"```yaml\n{example(path).rstrip()}\n```\n"


if __name__ == "__main__":
    print(reference(), end="")
