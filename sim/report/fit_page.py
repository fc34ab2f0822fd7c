"""The page of a fit: what was read, how well each part is known, what is left to ask."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from sim.fitting.draft import Draft
from sim.fitting.fit import Fitted
from sim.fitting.grades import Part, parts
from sim.fitting.ledger import PARTS
from sim.fitting.rules import told
from sim.fitting.validation import Validation
from sim.report import (
    fitted,
    fitted_bookings,
    fitted_dates,
    fitted_effects,
    fitted_hours,
    locale,
    validated,
)
from sim.report.page import environment, program_version
from sim.report.plots import validation
from sim.report.plots.fit import pictures
from sim.report.plots.saving import to_svg
from sim.report.style import style
from sim.report.titles import law_name
from sim.words import say

MARKS = {"good": "✓", "fair": "≈", "weak": "?", "unknown": "–"}
"""A grade's mark, so that it never rests on colour alone."""
COLOURS = {"good": "kept", "fair": "kept", "weak": "broken", "unknown": "cannot_tell"}


def render_fit(
    found: Fitted, draft: Draft, lang: str, checked: Validation | None = None
) -> str:  # fmt: skip
    """Return the page of a fit as HTML; whatever comes from the log is escaped."""
    page = environment(lang).get_template("fit.html.j2")
    rows = [_row(part, found, lang) for part in parts(found)]
    text: str = page.render(
        lang=lang, t=partial(_say, lang), head=fitted.head(found, lang),
        doubts=fitted.doubts(found, lang),
        verdict=fitted.answer(draft, checked, lang), state=_state(draft, checked), gaps=draft.gaps,
        bookings=list(fitted_bookings.sentences(found, lang)),
        hours=list(fitted_hours.sentences(found, lang)),
        dates=list(fitted_dates.sentences(found, lang)),
        ledgers=[(_say(lang, f"part.{part}"), _ledger(found, part, lang)) for part in PARTS],
        notes=[*fitted.notes(found, lang), *fitted.tests(found, lang),
               *fitted_effects.sentences(found, lang)],
        kinds=[(kind, list(of)) for kind, of in groupby(rows, key=lambda row: row["kind"])],
        examples=_examples(found, lang), columns=found.tickets.columns,
        rules=told(found.ledger.rules),
        services=_services(found, lang), plots=pictures(found, lang), program=program_version(),
        checked=[] if checked is None else validated.rows(checked, lang),
        check_notes=[] if checked is None else list(validated.notes(checked, lang)),
        check_plot="" if checked is None else _check_plot(checked, lang),
        v=lambda key: say(f"validated.{key}", lang),
    )  # fmt: skip
    return text


def _state(draft: Draft, checked: Validation | None) -> str:
    uses = set() if checked is None else {one.use for one in checked.agencies}
    if "not_usable" in uses:
        return "broken"
    return "cannot_tell" if draft.gaps or uses - {"usable"} else "kept"


def _check_plot(checked: Validation, lang: str) -> str:
    with style():
        figure = validation.picture(checked, lang)
        return "" if figure is None else to_svg(figure, "fit-validation")


def _say(lang: str, key: str, /, **values: object) -> str:
    return say(f"fit.{key}", lang, **values)


def _row(part: Part, found: Fitted, lang: str) -> dict[str, str]:
    return {
        "kind": _say(lang, f"kind.{part.kind}"),
        "name": fitted.part_name(part, found, lang),
        "value": fitted.figure(part, lang), "why": fitted.why(part, lang),
        "grade": f"{MARKS[part.grade]} {_say(lang, f'grade.{part.grade}')}",
        "colour": COLOURS[part.grade],
    }  # fmt: skip


def _ledger(found: Fitted, part: str, lang: str) -> list[tuple[str, str]]:
    counts = found.ledger.counts(part)
    rows = [(_say(lang, f"reason.{reason}"), n) for reason, n in counts.items()]
    rows.append((_say(lang, "page.rows"), len(found.tickets)))
    return [(name, locale.number(n, lang)) for name, n in rows]


def _examples(found: Fitted, lang: str) -> list[tuple[str, list[dict[str, str]]]]:
    return [
        (_say(lang, f"reason.{reason}"), [dict(row) for row in rows])
        for reason, rows in found.ledger.examples.items()
    ]


def _p(p: float, lang: str) -> str:
    return locale.chance(p, lang, 2).removeprefix("= ")


def _services(found: Fitted, lang: str) -> list[dict[str, str]]:
    """Return a row for each family that was tried at each service."""
    number = partial(locale.number, lang=lang, digits=1)
    rows = []
    for s, one in enumerate(found.services):
        for k, fit in enumerate(one.fits if one.basis != "borrowed" else ()):
            good = one.goodness if k == 0 else None
            rows.append({
                "name": fitted.service_name(s, found) if k == 0 else "",
                "family": law_name(fit.law.family, lang),
                "mean": number(fit.law.mean), "sd": number(fit.law.sd), "aic": number(fit.aic),
                "ks": "" if good is None else locale.number(good.ks, lang, 3),
                "ks_p": "" if good is None else _p(good.ks_p, lang),
                "ad_p": "" if good is None else _p(good.ad_p, lang),
                "chosen": _say(lang, "page.empirical" if one.values else "page.chosen")
                if k == 0 else "",
            })  # fmt: skip
    return rows
