"""What `mppsim verify` says: a line for each part and case, a page with every proof."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sim.report import locale
from sim.report.page import environment, program_version
from sim.report.provenance import commit, version
from sim.report.tables import jsonable
from sim.verification.proof import PARTS, Part, Proof
from sim.verification.verify import PRECISION, Verification
from sim.words import say

_COLUMNS = ("name", "what", "reference", "estimate", "error", "z")


def described(found: Verification, lang: str) -> str:
    """Return a verification as plain text: what is wrong first, then part by part."""
    return "\n".join(_lines(found, lang))


def _lines(found: Verification, lang: str) -> Iterator[str]:
    yield answer(found, lang)
    for proof in found.wrong:
        yield "  " + say("verify.wrong", lang, name=proof.name, what=proof.what,
                         why=proof.detail or f"z {locale.number(proof.z, lang, 2)}")  # fmt: skip
    for name in found.weak:
        yield "  " + say("verify.weak", lang, name=name, share=_wide(found, lang))
    for part in PARTS:
        if found.of(part):
            yield ""
            yield _heading(found, part, lang)
            yield from _table(found, part, lang)
    yield ""
    yield method(found, lang)


def answer(found: Verification, lang: str) -> str:
    """Say in one sentence whether everything came out as it must."""
    key = "holds" if found.holds else "does_not_hold"
    return say(f"verify.{key}", lang, engine=found.engine, n=len(found.proofs),
               wrong=len(found.wrong), weak=len(found.weak))  # fmt: skip


def method(found: Verification, lang: str) -> str:
    """Say by which rule an estimate counts as right."""
    return say("verify.method", lang, limit=locale.number(found.limit, lang, 2),
               n=sum(proof.right is None for proof in found.proofs), seed=found.seed,
               share=_wide(found, lang))  # fmt: skip


def _wide(found: Verification, lang: str) -> str:
    return locale.percent(PRECISION[found.level], lang)


def _heading(found: Verification, part: Part, lang: str) -> str:
    proofs = found.of(part)
    right = sum(proof.holds(found.limit) for proof in proofs)
    return say(f"verify.{part}", lang, right=right, n=len(proofs))


def _table(found: Verification, part: Part, lang: str) -> Iterator[str]:
    """Yield the names of what was compared row by row, and of each case its farthest estimate."""
    farthest: dict[str, Proof] = {}
    for proof in found.of(part):
        known = farthest.get(proof.name)
        if part == "intervals":
            farthest[proof.what] = proof
        elif known is None or abs(proof.z) > abs(known.z):
            farthest[proof.name] = proof
    if part in ("exact", "intervals"):
        rows = [_cells(proof, lang) for proof in farthest.values()]
        yield from _aligned([[say(f"verify.column_{c}", lang) for c in _COLUMNS], *rows])
    else:
        yield from (f"  {name}" for name in farthest)


def _cells(proof: Proof, lang: str) -> list[str]:
    values = (proof.reference, proof.estimate, proof.error)
    numbers = [locale.number(value, lang, 4) for value in values]
    return [proof.name, proof.what, *numbers, locale.number(proof.z, lang, 2)]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        cells = [c.ljust(w) if k < 2 else c.rjust(w)
                 for k, (c, w) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        yield "  " + "  ".join(cells)


def plain(found: Verification, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return a verification as plain data for verification.json."""
    proofs = [
        {
            "part": p.part, "name": p.name, "what": p.what, "holds": p.holds(found.limit),
            "reference": p.reference, "estimate": p.estimate, "standard_error": p.error, "z": p.z,
            "half_width": p.half_width, "detail": p.detail, "formula": p.formula,
            "source": p.source,
        }
        for p in found.proofs
    ]  # fmt: skip
    data: dict[str, Any] = jsonable({
        "mppsim": version(), "commit": commit(), "python": platform.python_version(),
        "platform": platform.platform(), "command": list(command),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "engine": found.engine, "level": found.level, "seed": found.seed, "holds": found.holds,
        "limit": found.limit, "family_wise_error": 0.01, "weak": list(found.weak),
        "proofs": proofs,
    })  # fmt: skip
    return data


def render(found: Verification, lang: str) -> str:
    """Return the page with every proof, as HTML that needs nothing else."""
    parts = [
        (_heading(found, part, lang), [
            (p, _cells(p, lang) if math.isfinite(p.z) else [], p.holds(found.limit))
            for p in found.of(part)
        ])
        for part in PARTS
        if found.of(part)
    ]  # fmt: skip
    page: str = environment(lang).get_template("verification.html.j2").render(
        lang=lang, found=found, parts=parts, answer=answer(found, lang),
        method=method(found, lang), version=program_version(),
        c=lambda key, **values: say(f"verify.{key}", lang, **values),
    )  # fmt: skip
    return page
