"""Names of a log as keys of a scenario, and as text that is safe wherever it is pasted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_MOST = 24
_FORMULA = re.compile(r"^[=+\-@\t\r|%?]+")
"""How formulas begin, and a question that a planner has to answer."""


def safe(text: str) -> str:
    """Return a name on one line that no spreadsheet takes for a formula."""
    text = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return _FORMULA.sub("", text.strip()).strip()[:80]


def keys_of(names: Sequence[str], otherwise: str) -> tuple[str, ...]:
    """Return a key for each name, all different: `KK / Akta` becomes `kk-akta`.

    otherwise : how a key begins whose name has no letter at the start
    """
    found: list[str] = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
        words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
        key = _cut(words) or otherwise
        if not key[0].isalpha():
            key = f"{otherwise}-{key}"
        number, unique = 2, key
        while unique in found:
            unique, number = f"{key}-{number}", number + 1
        found.append(unique)
    return tuple(found)


def _cut(words: Sequence[str]) -> str:
    """Join as many words as fit."""
    key = ""
    for word in words:
        longer = f"{key}-{word}" if key else word[:_MOST]
        if len(longer) > _MOST:
            break
        key = longer
    return key
