"""Pictures: what they count, that they say it, and that they are fit to be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from malls import mall, scenario_of
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.engine import simulate
from sim.log import STOP_OUTCOMES, Log
from sim.report.answer import Answer
from sim.report.plots import PICTURES, agencies, dates, draw_all, to_png, to_svg
from sim.report.plots.hall import hall_day
from sim.report.plots.shown import Shown
from sim.report.plots.timeline import Timeline
from sim.report.plots.waits import Waits
from sim.report.plots.waits_by_hour import waits_by_hour
from sim.report.style import new_figure, style
from sim.sampling import sample
from sim.statistics.measures import measure
from sim.statistics.results import Results, Run
from sim.workload import ABSENT

HOSTILE = 'Rp $5_{x}$ & <script>alert("a")</script> \\frac = 你好'
PROMISE = {"wait": "10 min", "for": "90 %"}
EASY = {"wait": "2 h", "for": "50 %"}


@dataclass(frozen=True, eq=False)
class Ran:
    results: Results
    log: Log

    @property
    def shown(self) -> Shown:
        return Shown(self.results, self.log, Answer.of(self.results))

    @cache  # noqa: B019
    def draw(self, lang: str = "id") -> dict[str, Figure]:
        return draw_all(self.results, self.log, lang)

    @cache  # noqa: B019
    def svgs(self) -> dict[str, str]:
        return {name: to_svg(figure, name) for name, figure in self.draw().items()}

    def svgs_anew(self) -> dict[str, str]:
        return {n: to_svg(f, n) for n, f in draw_all(self.results, self.log).items()}


def run(scenario: Any, replications: int = 4, seed: int = 1) -> Ran:
    logs = [simulate(scenario, sample(scenario, seed, r)) for r in range(replications)]
    measures = [measure(log, scenario) for log in logs]
    return Ran(Results.of(scenario, Run(seed, "simpy"), measures), logs[0])


def _agency(name: str, minutes: int, counters: int = 1) -> dict[str, Any]:
    time = {"mean": f"{minutes} min", "sd": "3 min"}
    return {
        "name": name,
        "counters": counters,
        "promise": PROMISE,
        "services": {"s": {"time": time}},
    }


@cache
def ordinary(name: str = "Disdukcapil") -> Ran:
    """Two weekdays, a break, two classes, an overloaded agency and one with time to spare."""
    return run(
        mall(
            {"slow": _agency(name, 16), "quick": {**_agency("Bank", 3, 2), "promise": EASY}},
            hours="08:30-14:45",
            days="mon,fri",
            calendar={"breaks": {"mon": "12:00-13:00", "fri": "11:30-13:00"}, "doors": "08:00"},
            hall={"seats": 12, "capacity": 40},
            visitors={
                "general": {"patience": {"dist": "exponential", "mean": "60 min"}},
                "priority": {"name": "Prioritas", "share": "20 %", "priority": 1},
            },
            journeys={"all": {"per_day": 40, "stops": ["quick.s", "slow.s"]}},
            demand={"weekday": {"mon": 1.5, "fri": 1}},
        )
    )


@cache
def months() -> Ran:
    """Dates over the turn of a year, with holidays, and a season in which twice as many come."""
    return run(
        mall(
            {"slow": _agency("Disdukcapil", 12), "quick": {**_agency("Bank", 3, 2)}},
            hours="08:30-14:45",
            days="2025-12-01 .. 2026-01-16",
            calendar={
                "breaks": "12:00-13:00",
                "holidays": {"country": "ID", "joint_leave": "true"},
                "seasons": {"rush": {"dates": "2026-01-05 .. 2026-01-07", "demand": 2}},
            },
            hall={"seats": 12, "capacity": 40},
            visitors={"general": {}, "priority": {"share": "20 %", "priority": 1}},
            journeys={"all": {"per_day": 22, "stops": ["quick.s", "slow.s"]}},
        ),
        replications=3,
    )


@pytest.fixture(params=["id", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# What is counted


def test_every_ticket_with_a_promise_stands_in_one_bar() -> None:
    ran = ordinary()
    waits = Waits.of(ran.log, ran.results.scenario)
    assert waits is not None
    stops = ran.log.stop_rows
    assert waits.tickets == int((stops.ticket != ABSENT).sum())
    assert waits.not_called.sum() == int(
        ((stops.ticket != ABSENT) & (stops.called == ABSENT)).sum()
    )
    k = ran.results.position("called_in_time")
    assert waits.in_time.sum() == ran.results.total[0, k]
    assert waits.tickets == ran.results.n[0, k]


def test_bars_of_waits_are_as_wide_as_they_say() -> None:
    ran = ordinary()
    waits = Waits.of(ran.log, ran.results.scenario)
    assert waits is not None
    stops = ran.log.stop_rows
    until = np.where(stops.called != ABSENT, stops.called, stops.end)
    minutes = (until - stops.ticket)[stops.ticket != ABSENT] / 60e6
    edges = [*waits.edges, np.inf]
    assert list(waits.all) == [
        int(((minutes >= a) & (minutes < b)).sum()) for a, b in pairwise(edges)
    ]


def test_the_timeline_holds_each_service_of_its_day_once() -> None:
    ran = ordinary()
    day = Timeline.of(ran.log, ran.results.scenario)
    assert day is not None
    assert day.day == "mon"
    bars = np.concatenate([np.concatenate((row.in_time, row.late)) for row in day.rows])
    stops, visits = ran.log.stop_rows, ran.log.visit_rows
    served = (stops.outcome == STOP_OUTCOMES.index("served")) & (visits.day[stops.row] == 0)
    spent = (stops.end - stops.start)[served].sum() / 3600e6
    assert len(bars) == served.sum() == day.services
    assert (bars[:, 1] - bars[:, 0]).sum() == pytest.approx(spent)


def test_no_counter_of_the_timeline_serves_two_at_once() -> None:
    day = Timeline.of(ordinary().log, ordinary().results.scenario)
    assert day is not None
    for row in day.rows:
        bars = np.sort(np.concatenate((row.in_time, row.late)), axis=0)
        assert (bars[1:, 0] >= bars[:-1, 1] - 1e-9).all()


def test_the_hall_fills_from_empty_to_its_peak_and_empties_again() -> None:
    ran = ordinary()
    hall = hall_day(ran.results, ran.log)
    assert hall is not None
    assert hall.weekday == "mon"
    people = hall.once[1]
    assert people.min() >= 0
    assert people[-1] == 0
    k = ran.results.position("in_hall.max", weekday="mon")
    assert people.max() == ran.results.total[0, k]


def test_agencies_in_trouble_come_first_and_the_promise_is_where_it_was_stated() -> None:
    shown = ordinary().shown
    data = agencies.agencies_in_time(shown.answer)
    assert [(a.key, a.verdict) for a in data] == [("slow", "broken"), ("quick", "kept")]
    assert [a.promised for a in data] == [0.9, 0.5]
    assert [w.promise for w in waits_by_hour(shown.results, shown.answer)] == [10, 120]


def test_the_calendar_holds_each_date_once_open_or_closed() -> None:
    data = dates.calendar(months().results)
    assert data is not None
    opened = [day for half in data.halves for day in half.fulfilled]
    assert opened == [day.date for day in months().results.scenario.days]
    closed = [day.isoformat() for half in data.halves for day in half.closed]
    assert closed == ["2025-12-25", "2025-12-26", "2026-01-01", "2026-01-16"]
    assert [(half.year, half.half) for half in data.halves] == [(2025, 2), (2026, 1)]


def test_the_worst_days_are_those_with_fewest_visits_fulfilled_over_all_replications() -> None:
    results = months().results
    data = dates.calendar(results)
    assert data is not None
    share = {d.date: results.estimate("fulfilled", weekday=d.label).value
             for d in results.scenario.days}  # fmt: skip
    assert [day for day, _ in data.worst] == sorted(share, key=lambda d: share[d])[: dates.WORST]
    assert {day.isoformat() for day, _ in data.worst[:3]} == {f"2026-01-0{d}" for d in (5, 6, 7)}
    assert data.low == sum(value < 0.8 for value in share.values())
    assert all(share[day] == value for half in data.halves for day, value in half.fulfilled.items())


def test_a_share_on_the_edge_of_two_colours_belongs_to_the_better() -> None:
    assert [dates.class_of(x) for x in (0, 0.4999, 0.5, 0.7, 0.8, 0.9, 0.95, 1)] == [
        0, 0, 1, 2, 3, 4, 5, 5,
    ]  # fmt: skip
    assert len(dates.COLOURS) == len(dates.EDGES) + 1


def test_a_week_or_a_few_dates_are_no_calendar() -> None:
    assert dates.calendar(ordinary().results) is None
    few = run(mall({"a": 1}, days="2025-12-01 .. 2025-12-26"), 2)
    assert len(few.results.scenario.days) == dates.FEWEST
    assert dates.calendar(few.results) is None


# What is said


def test_the_calendar_names_its_worst_day(lang: str) -> None:
    data = dates.calendar(months().results)
    assert data is not None
    title = " ".join(months().draw(lang)["dates"].get_suptitle().split())
    day, share = data.worst[0]
    assert f"{day.day} " in title and str(day.year) in title
    assert str(round(100 * share)) in re.findall(r"\d+", title)


def test_titles_say_what_was_counted(lang: str) -> None:
    ran = ordinary()
    figures = ran.draw(lang)
    waits = Waits.of(ran.log, ran.results.scenario)
    assert waits is not None
    title = figures["waits"].get_suptitle()
    assert re.findall(r"\d+", title) == [
        str(n)
        for n in (waits.tickets, waits.in_time.sum(), waits.late.sum(), waits.not_called.sum())
    ]
    assert "Disdukcapil" in " ".join(figures["agencies"].get_suptitle().split())
    assert {"id": "Senin", "en": "Monday"}[lang] in figures["timeline"].get_suptitle()


def test_numbers_follow_the_readers_locale() -> None:
    titles = {lang: ordinary().draw(lang)["classes"].get_suptitle() for lang in ("id", "en")}
    assert re.search(r"\d,\d menit", " ".join(titles["id"].split()))
    assert re.search(r"\d\.\d min", " ".join(titles["en"].split()))
    texts = {lang: _texts(ordinary().draw(lang)["hall"]) for lang in ("id", "en")}
    assert "09.00" in texts["id"]
    assert "09:00" in texts["en"]


def _texts(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text)}  # type: ignore[attr-defined]


def test_each_axis_of_numbers_has_its_unit(lang: str) -> None:
    units = {
        "waits_by_hour": {"menit", "minutes"},
        "classes": {"menit", "minutes"},
        "hall": {"orang", "people"},
        "counters": {"loket", "counters"},
    }
    for name, words in units.items():
        labels = [f"{ax.get_xlabel()} {ax.get_ylabel()}" for ax in ordinary().draw(lang)[name].axes]
        assert any(word in label for word in words for label in labels), name


# What is drawn


def test_all_pictures_are_drawn_in_the_order_of_the_page(lang: str) -> None:
    assert list(ordinary().draw(lang)) == [name for name in PICTURES if name != "dates"]
    assert list(months().draw(lang)) == list(PICTURES)


@pytest.mark.parametrize("name", ["Disdukcapil", HOSTILE + "W" * 99, "dates"])
def test_all_words_lie_within_the_picture_and_none_on_another(name: str, lang: str) -> None:
    ran = months() if name == "dates" else ordinary(name)
    for picture, figure in ran.draw(lang).items():
        with style():
            figure.draw_without_rendering()
        canvas = figure.bbox.padded(1)
        boxes = {}
        for text in _visible(figure):
            box = text.get_window_extent()
            assert canvas.x0 <= box.x0 <= box.x1 <= canvas.x1, (picture, text.get_text())
            assert canvas.y0 <= box.y0 <= box.y1 <= canvas.y1, (picture, text.get_text())
        blocks = [*figure.texts, *figure.legends, *figure.axes]
        for k, block in enumerate(blocks):
            boxes[k] = block.get_tightbbox() if block in figure.axes else block.get_window_extent()
        for k in boxes:
            for other in range(k):
                assert not _overlap(boxes[k], boxes[other]), (picture, blocks[k], blocks[other])


def _visible(figure: Figure) -> list[Text]:
    found = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]
    hidden = {t for ax in figure.axes if not ax.axison for t in ax.findobj(Text)}
    ticks = {t for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for t in axis.findobj(Text)}
    drawn = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for label in (*_tick_labels(axis), axis.label)
    }
    return [t for t in found if t not in hidden and (t not in ticks or t in drawn)]


def _tick_labels(axis: Any) -> list[Text]:
    """Return the labels of the ticks that lie on the axis; those beyond it are not drawn."""
    low, high = sorted(axis.get_view_interval())
    labels = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label for place, label in labels if low <= place <= high]


def _overlap(a: Any, b: Any) -> bool:
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    high = min(a.y1, b.y1) - max(a.y0, b.y0)
    return bool(wide > 2 and high > 2)


def test_drawing_and_saving_change_no_global_setting() -> None:
    before = dict(mpl.rcParams)
    figure = ordinary().draw()["waits"]
    to_svg(figure, "waits")
    to_png(figure)
    assert dict(mpl.rcParams) == before


def test_the_same_run_gives_the_same_bytes_whatever_the_readers_own_settings() -> None:
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "path"}):
        again = ordinary().svgs_anew()
    assert again == ordinary().svgs()
    figure = ordinary().draw()["classes"]
    assert to_png(figure) == to_png(figure)


def test_pictures_in_one_page_share_no_id_and_refer_to_their_own() -> None:
    seen: set[str] = set()
    for text in ordinary(HOSTILE).svgs().values():
        ids = [e.attrib["id"] for e in ET.fromstring(text).iter() if "id" in e.attrib]
        assert len(ids) == len(set(ids))
        assert not seen & set(ids)
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= set(ids)
        seen |= set(ids)


def test_an_svg_loads_nothing_and_runs_nothing() -> None:
    for text in ordinary(HOSTILE).svgs().values():
        root = ET.fromstring(text)
        assert not [e for e in root.iter() if e.tag.endswith(("script", "image", "foreignObject"))]
        assert not re.findall(r'(?<!xmlns=")(?<!xlink=")https?://', text)
        assert "<script" not in text


def test_text_stays_text_and_a_screen_reader_hears_the_message() -> None:
    figure = ordinary(HOSTILE).draw()["agencies"]
    root = ET.fromstring(ordinary(HOSTILE).svgs()["agencies"])
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == " ".join(figure.get_suptitle().split())
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Bank" in texts
    assert any(text and text.startswith("Rp $5_{x}$ & <") for text in texts)  # and no formula


# Malls in which there is less to show


def test_a_mall_without_promises_shows_what_needs_none(lang: str) -> None:
    drawn = run(mall({"a": 2}, days="mon", hours="08:00-12:00"), 2).draw(lang)
    assert set(drawn) == {"counters", "hall", "timeline"}


def test_a_run_that_never_closes_shows_what_needs_no_clock(lang: str) -> None:
    time = {"time": {"dist": "exponential", "mean": "9 min"}}
    scenario = scenario_of(
        {
            "name": "endless",
            "calendar": {"continuous": "2 days"},
            "visitors": {"a": {"share": "50 %"}, "b": {}},
            "agencies": {"a": {"counters": 1, "promise": PROMISE, "services": {"s": time}}},
            "journeys": {"j": {"per_day": 120, "stops": ["a.s"]}},
        }
    )
    assert set(run(scenario, 2).draw(lang)) == {"agencies", "classes", "waits"}


def test_a_day_without_visitors_draws_nothing_that_nobody_experienced(lang: str) -> None:
    scenario = mall({"a": _agency("A", 9)}, demand={"scale": 0.000001})
    assert set(run(scenario, 2).draw(lang)) <= {"counters"}


def test_services_that_promise_differently_are_drawn(lang: str) -> None:
    services = {
        "s": {"promise": {"wait": "5 min", "for": "80 %"}},
        "t": {"promise": {"wait": "30 min", "for": "95 %"}},
    }
    scenario = mall({"a": {"counters": 1, "services": services}})
    data = agencies.agencies_in_time(run(scenario, 3).shown.answer)
    assert 0.8 < data[0].promised < 0.95
    assert "agencies" in run(scenario, 3).draw(lang)


@pytest.mark.parametrize(("lang", "mark"), [("id", ","), ("en", ".")])
def test_numbers_along_the_axes_are_of_the_language(lang: str, mark: str) -> None:
    with style():
        figure, (ax,) = new_figure(lang, 2)
        ax.plot([0.0, 0.5], [-2.5, 2.5])
        figure.canvas.draw()
        texts = [text.get_text() for axis in (ax.xaxis, ax.yaxis) for text in axis.get_ticklabels()]
    assert f"0{mark}5" in texts and "−2" in texts
    assert not any({"en": ",", "id": "."}[lang] in text for text in texts)
