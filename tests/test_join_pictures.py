"""The pictures of a join: who crosses the promise, and in which hour present citizens lose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_repair import mall

from sim import compare
from sim.experiments.compare import Alternative
from sim.report.comparison_page import render_comparison
from sim.report.plots import change, crossing
from sim.report.plots.saving import to_svg
from sim.report.style import new_figure, style
from sim.words import say


def joined(newcomers: int, counters: int = 3) -> Alternative:
    (of,) = compare(mall(3), mall(counters, newcomers), 10, seed=3, workers=1).alternatives
    return of


def test_who_falls_below_its_promise_stands_first_and_in_the_title() -> None:
    of = joined(200)
    (row,) = crossing.rows(of)
    assert row.falls and not row.rises and row.today is not None
    assert row.promised == pytest.approx(0.9)
    assert row.after == of.conditions[0].estimate  # the interval that decides
    title = crossing.title((row,), "en")
    assert title.startswith("After the join 1 more") and f"{100 * row.today:.1f} of 100" in title
    higher = replace(row, state="kept", before="broken")
    assert higher.rises and "then surely keeps it" in crossing.title((higher,), "en")
    still = replace(row, before="broken")
    assert not still.falls and "none surely rises" in crossing.title((still,), "en")
    pushed = replace(row, blamed=False)  # it fails now, and the join sends nobody there
    assert not pushed.falls and "none surely rises" in crossing.title((pushed,), "en")
    new = replace(row, today=None, before=None)
    assert not new.falls  # it was not there to fall


def test_the_changes_by_hour_are_those_of_the_whole_when_taken_together() -> None:
    of = joined(200)
    data = change.changes(of)
    assert data is not None and data.hours == (8, 9) and data.weekdays == ("mon",)
    assert data.sure.all() and (data.values < 0).all()
    before, after = (
        [r.estimate("called_in_time", interval=f"{h:02d}:00").value for h in data.hours]
        for r in (of.present_before, of.present)
    )
    assert data.values[0] == pytest.approx(100 * (np.array(after) - before))
    worst = data.hours[int(np.argmin(data.values[0]))]
    title = change.title(data, "en")
    assert f"Monday from {worst:02d}:00" in title
    assert f"{-data.values.min():.1f} fewer of 100" in title


def test_a_larger_loss_that_may_be_chance_is_named_beside_the_sure_one() -> None:
    data = change.changes(joined(200))
    assert data is not None and "may be chance" not in change.title(data, "en")
    small, large = sorted(data.cells[0], key=lambda cell: -cell.value)
    half = replace(data, cells=((small, replace(large, high=0.1)),))
    said = change.title(half, "en")
    assert f"{-100 * small.value:.1f} fewer" in said
    assert said.endswith(f"may be chance: Monday 09:00–10:00, {-100 * large.value:.1f}")


def test_beside_itself_no_hour_changes() -> None:
    data = change.changes(joined(0))
    assert data is not None and not data.sure.any() and (data.values == 0).all()
    assert change.title(data, "en") == say("plots.change.title.nowhere", "en")


def test_a_frame_stands_only_where_the_change_is_sure() -> None:
    data = change.changes(joined(200))
    assert data is not None
    half = replace(data, cells=((replace(data.cells[0][0], high=0.1), data.cells[0][1]),))
    with style():
        _, (ax,) = new_figure("id", 1)
        frames = change.draw(half, ax, "id").patches
        assert len(frames) == 1
        assert [text.get_text()[0] for text in ax.texts] == ["−", "−"]


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_shows_both_pictures(lang: str) -> None:
    found = compare(mall(3), mall(3, 200), 10, seed=3, workers=1)
    page = render_comparison(found, lang)
    assert page.count("<svg") == 2
    assert say("compare.page.how", lang) in page and "Bonferroni" in page
    with style():
        figure = crossing.picture(found.alternatives[0], lang)
        assert figure is not None and say("plots.crossing.axis", lang) in to_svg(figure, "x")
