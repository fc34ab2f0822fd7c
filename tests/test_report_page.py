"""The page and what it says: answers, sentences, numbers in the reader's locale, loads, figures."""

from __future__ import annotations

import math
import re
import string
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from malls import mall, scenario_of

from sim.engine import simulate
from sim.engine.loads import Load, loads, overloads
from sim.log import Log
from sim.report import locale, sentences
from sim.report.answer import Answer
from sim.report.figure_text import figure_text
from sim.report.page import five_lines, render_page
from sim.sampling import sample
from sim.scenario import quantities as q
from sim.scenario.figures import figures
from sim.scenario.model import Scenario
from sim.statistics.intervals import Estimate
from sim.statistics.measures import measure
from sim.statistics.results import Results, Run
from sim.statistics.verdict import promise, together
from sim.words import LANGUAGES, catalogue

HOSTILE = "<script>alert('x')</script> & {name} {{ 7*7 }}"


def run(scenario: Scenario, replications: int, seed: int = 1) -> tuple[Results, Log]:
    logs = [simulate(scenario, sample(scenario, seed, r)) for r in range(replications)]
    each = [measure(log, scenario) for log in logs]
    return Results.of(scenario, Run(seed, "simpy"), each), logs[0]


def small(counters: object = 1, per_day: float = 60, **more: object) -> Scenario:
    """One agency with two services, another that promises nothing; two days with a break."""
    data: dict[str, object] = {
        "name": "Small mall",
        "calendar": {"days": "mon-tue", "hours": "08:00-14:00", "breaks": "11:30-13:00"},
        "hall": {"seats": 3},
        "demand": {"weekday": {"mon": 1.5}},
        "agencies": {
            "a": {
                "name": "Agency A",
                "counters": counters,
                "promise": {"wait": "15 min", "for": "90 %"},
                "services": {
                    "s": {"name": "Service S", "time": {"mean": "6 min", "sd": "3 min"}},
                    "u": {"time": {"always": "2 min"}},
                },
            },
            "b": {"counters": 2, "services": {"s": {"time": {"always": "3 min"}}}},
        },
        "journeys": {
            "j": {"per_day": per_day, "stops": ["a.s", {"b.s": "40 %"}]},
            "k": {"per_day": 2, "stops": ["a.u"]},
        },
        **more,
    }
    return scenario_of(data)


@lru_cache
def busy() -> tuple[Results, Log]:
    """A mall with more work than its one counter can do."""
    return run(small(per_day=100, observed={"visits_per_day": "102", "a.wait.mean": "1 min"}), 6)


@lru_cache
def ample() -> tuple[Results, Log]:
    return run(small(counters=9, calendar={"days": "mon", "hours": "08:00-14:00"}), 6)


class Visible(HTMLParser):
    """The text that a reader sees, and the tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 20, "jackknife", 0.95)


# --- numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "number", "minutes", "clock", "span"),
    [
        ("id", "1.234,5", "12,5 menit", "08.30", "Senin–Kamis"),
        ("en", "1,234.5", "12.5 min", "08:30", "Monday–Thursday"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(lang, number, minutes, clock, span):
    assert locale.number(1234.5, lang, 1) == number
    assert locale.minutes(12.5, lang) == minutes
    assert locale.clock("08:30", lang) == locale.clock(q.read_clock("08:30"), lang) == clock
    assert locale.weekdays(("thu", "mon", "wed", "tue"), lang) == span


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_absent_number_is_a_dash_and_never_zero(lang):
    assert locale.number(math.nan, lang) == locale.minutes(math.nan, lang) == locale.ABSENT
    assert locale.percent(math.nan, lang) == locale.people(math.nan, lang) == locale.ABSENT
    assert locale.people(0.01, lang).startswith("<")


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_a_number_reads_back_in_both_languages(value, digits):
    english = locale.number(value, "en", digits)
    assert float(english.replace(",", "")) == pytest.approx(value, abs=0.51 * 10**-digits)
    swapped = locale.number(value, "id", digits).translate(str.maketrans(",.", ".,"))
    assert swapped == english


def test_a_figure_is_shown_in_the_unit_people_use():
    assert figure_text("318 s", "id") == "5,3 menit"
    assert figure_text("12.5 %", "id") == "12,5%"
    assert figure_text("08:30-15:30", "id") == "08.30–15.30"
    assert figure_text("1 s, 2 s, 3 s, 4 s, 5 s, 6 s, 7 s", "en") == "1 s, …, 7 s (7)"


@given(st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 0.2), st.sampled_from([0.5, 0.8, 0.9]))
def test_printed_bounds_hold_the_interval_and_keep_the_verdict(value, below, above, required):
    low, high = max(0.0, value - below), min(1.0, value + above)
    text = sentences.share(estimate(value, low, high), "en", required)
    printed = float(text.low) / 100, float(text.high) / 100
    assert printed[0] <= low + 1e-9
    assert printed[1] >= high - 1e-9
    if low - required > 1e-3 or required - high > 1e-3:
        assert (printed[0] >= required, printed[1] < required) == (low >= required, high < required)


# --- words --------------------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_hold_the_same_keys_and_placeholders():
    own = ("page.", "locale.")
    english, indonesian = (
        {key: placeholders(text) for key, text in catalogue(lang).items() if key.startswith(own)}
        for lang in ("en", "id")
    )
    assert len(english) > 200
    assert english == indonesian


# --- verdicts -----------------------------------------------------------------------------


@given(st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0.01, 0.99))
def test_a_promise_is_kept_above_broken_below_and_else_cannot_be_told(value, below, above, needed):
    share = estimate(value, max(0.0, value - below), min(1.0, value + above))
    margin = estimate(value - needed, share.low - needed, share.high - needed)
    verdict = promise(share, margin)
    if share.low - needed >= 1e-9:
        assert verdict == "kept"
    elif share.high - needed < -1e-9:
        assert verdict == "broken"
    elif share.low - needed < -1e-9 and share.high - needed >= 1e-9:
        assert verdict == "cannot_tell"


def test_a_few_tickets_that_were_all_in_time_prove_little():
    always, margin = estimate(1.0, 0.7, 1.0), estimate(0.1, 0.1, 0.1)
    assert promise(always, margin) == "cannot_tell"
    assert promise(estimate(1.0, 0.99, 1.0), margin) == "kept"


def test_the_verdicts_of_a_mall_hold_together():
    answer = Answer.of(two_promising())
    confidences = {a.called_in_time.confidence for a in answer.promised}
    assert confidences == {together(2)}
    services = [s for a in answer.agencies for s in a.services if s.verdict != "no_promise"]
    assert {s.called_in_time.confidence for s in services} == {together(len(services))}
    assert answer.mall.called_in_time.confidence == 0.95


def two_promising():
    other = {
        "counters": 2,
        "promise": {"wait": "5 min"},
        "services": {"z": {"time": {"mean": "6 min", "sd": "3 min"}}},
    }
    data = {
        "name": "two",
        "calendar": {"days": "mon", "hours": "08:00-10:00"},
        "agencies": {"a": other, "b": other},
        "journeys": {"j": {"per_day": 20, "stops": ["a.z", "b.z"]}},
    }
    return run(scenario_of(data), 3)[0]


def test_an_overloaded_agency_breaks_its_promise_and_an_ample_one_keeps_it():
    broken, kept = Answer.of(busy()[0]), Answer.of(ample()[0])
    assert (broken.verdict, kept.verdict) == ("broken", "kept")
    assert [a.name for a in broken.agencies] == ["a", "b"]
    assert broken.agencies[1].verdict == "no_promise"
    assert broken.busiest == "mon"


def test_one_replication_proves_nothing_but_shows_its_numbers():
    results, log = run(small(), 1)
    answer = Answer.of(results)
    assert answer.verdict == "cannot_tell"
    assert answer.mall.visits.value > 0
    assert math.isnan(answer.mall.visits.low)
    assert math.isnan(answer.days[0].spread_fulfilled.bad.value)
    assert "{" not in Visible(render_page(results, log, "en")).text


def test_an_agency_that_nobody_visits_has_no_verdict():
    scenario = small()
    kept = {n: j.model_copy(update={"per_day": 0.0}) for n, j in scenario.journeys.items()}
    results, _ = run(scenario.model_copy(update={"journeys": kept}), 3)
    assert Answer.of(results).verdict == "nobody"


def test_the_intervals_of_an_agencys_hours_are_wider_than_one_alone():
    results = busy()[0]
    agency = Answer.of(results).agencies[0]
    for one in agency.hours:
        alone = results.estimate("called_in_time", "agency", "a", one.interval)
        if alone.method == "jackknife" and 0 < alone.low < alone.high < 1:
            assert one.called_in_time.high > alone.high
            return
    pytest.fail("no hour has an interval to compare")


def test_an_hour_is_judged_by_what_those_who_come_in_it_are_promised():
    """At eight come those who are promised 95 of 100, at nine those who are promised 10."""
    services = {
        "strict": {"time": {"always": "8 min"}, "promise": {"wait": "1 min", "for": "95 %"}},
        "easy": {"time": {"always": "8 min"}, "promise": {"wait": "1 min", "for": "10 %"}},
    }
    journeys = {
        "early": {"per_day": 5, "stops": ["a.strict"], "profile": {"08:00": 1, "09:00": 0}},
        "late": {"per_day": 5, "stops": ["a.easy"], "profile": {"08:00": 0, "09:00": 1}},
    }
    agencies = {"a": {"counters": 1, "services": services}}
    scenario = mall(agencies, hours="08:00-10:00", journeys=journeys)
    hours = {h.interval: h.verdict for h in Answer.of(run(scenario, 40)[0]).agencies[0].hours}
    assert hours == {"08:00": "broken", "09:00": "kept"}


def test_an_hour_with_a_break_is_marked_and_an_hour_without_is_not():
    marked = {s.interval: s.resting for s in Answer.of(busy()[0]).agencies[0].hours}
    assert marked["11:00"] == marked["12:00"] == "break"
    assert marked["08:00"] == marked["13:00"] == ""


def test_a_service_that_breaks_its_promise_is_named_though_its_agency_does_not():
    """Many quick calls at one counter must not hide the few slow ones at another."""
    scenario = mall(
        {"a": {"counters": {"one": {"serves": "slow"}, "two": {"serves": "quick"}},
               "promise": {"wait": "10 min", "for": "80 %"},
               "services": {"slow": {"time": {"always": "30 min"}},
                            "quick": {"time": {"always": "1 min"}}}}},
        journeys={"slow": {"per_day": 18, "stops": ["a.slow"]},
                  "quick": {"per_day": 200, "stops": ["a.quick"]}},
    )  # fmt: skip
    answer = Answer.of(run(scenario, 8)[0])
    assert answer.verdict == "kept"
    assert [service.name for _, service in answer.broken_services] == ["a.slow"]
    assert "a.slow" in " ".join(sentences.verdict(answer, "en"))
    assert sentences.yes_or_no(answer, "en") == catalogue("en")["page.mostly"]


def test_counts_are_placed_against_the_models_interval():
    visits, wait = Answer.of(busy()[0]).counted
    assert (visits.place, wait.place) == ("within", "below")
    assert wait.counted == 1.0
    assert wait.modelled == busy()[0].estimate("wait.mean", "agency", "a")
    monday = Answer.of(run(small(observed={"visits.mon": "1"}), 4)[0]).counted[0]
    assert (monday.weekday, monday.place) == ("mon", "below")


# --- loads --------------------------------------------------------------------------------


def hourly(scenario: Scenario, agency: str, interval: str = "") -> float:
    found = [x for x in loads(scenario) if x.agency == agency and x.interval == interval]
    return next(x.offered for x in found if not x.services)


def test_offered_load_is_citizens_an_hour_times_hours_each():
    scenario = mall({"a": {"counters": 1, "services": {"s": {"time": {"always": "10 min"}}}}},
                    journeys={"j": {"per_day": 48, "stops": ["a.s"]}})  # fmt: skip
    assert hourly(scenario, "a") == pytest.approx(1.0)  # 48 x 10 min in 8 hours
    assert hourly(scenario, "a", "09:00") == pytest.approx(1.0)
    assert not overloads(scenario)  # exactly as much as the counter can do


def test_load_grows_in_step_with_demand_and_counters_do_not_change_it():
    once, twice = small(per_day=30), small(per_day=60)
    assert hourly(twice, "b") == pytest.approx(2 * hourly(once, "b"))
    assert hourly(small(counters=5), "a") == pytest.approx(hourly(small(counters=1), "a"))


def test_the_load_of_an_agency_is_that_of_its_lines():
    scenario = small(counters={"one": {"serves": "s"}, "two": {"serves": "u"}})
    found = [x for x in loads(scenario) if x.agency == "a" and x.weekday == "mon"]
    for interval in {x.interval for x in found}:
        here = [x for x in found if x.interval == interval]
        whole = next(x for x in here if not x.services)
        lines = [x for x in here if x.services]
        assert len(lines) == 2
        assert sum(x.offered for x in lines) == pytest.approx(whole.offered)
        assert sum(x.counters for x in lines) == pytest.approx(whole.counters)
        if not interval:
            assert whole.counters == pytest.approx(2 * 4.5 / 6)  # the break is not open time


def test_offered_load_is_what_ample_counters_are_busy_with():
    results = ample()[0]
    for agency in ("a", "b"):
        busy_on_average = results.estimate("busy.mean", "agency", agency)
        low, high = busy_on_average.low * 0.97, busy_on_average.high * 1.03
        assert low <= hourly(results.scenario, agency) <= high


def test_overloaded_hours_are_told_with_the_counters_that_are_open_in_them() -> None:
    def load(interval: str, offered: float, counters: float) -> Load:
        return Load("mon", interval, "a", (), offered, counters, True)

    hours = (load("09:00", 2.7, 2), load("10:00", 2.6, 2), load("14:00", 3.04, 3))
    first, second = sentences.overloads(hours, "en", {"a": "A"})
    assert "09:00" in first and "11:00" in first and "up to 2.7 counters; open: 2." in first
    assert "14:00" in second and "up to 3.04 counters; open: 3." in second
    (day,) = sentences.overloads((load("", 2.9, 2.5), *hours), "en", {"a": "A"})
    assert "2.9 counters" in day and "09:00" not in day


def test_too_much_work_is_said_before_and_after_and_enough_counters_are_not_accused():
    assert {x.agency for x in overloads(busy()[0].scenario)} == {"a"}
    assert not overloads(ample()[0].scenario)
    answer = Answer.of(busy()[0])
    said = sentences.overloads(answer.overloads, "en", {"a": "Agency A", "b": "b"})
    assert said
    assert all("Agency A" in sentence for sentence in said)
    assert answer.saturated[0][0] == "a"


# --- figures ------------------------------------------------------------------------------


def test_the_nearest_source_counts():
    scenario = small(
        sources={
            "a": "assumption",
            "agencies.a.services.s.time": "timed in 2026",
            "j": "Asumsi planner",
            "calendar.breaks": "decree",
        }
    )
    found = {f.path: f for f in figures(scenario)}
    assert found["agencies.a.services.s.time.mean"].kind == "source"
    assert found["agencies.a.services.u.time.always"].kind == "assumption"
    assert found["agencies.b.counters"].kind == "none"
    assert found["journeys.j.stops[2].b.s"].kind == "assumption"
    assert found["calendar.breaks"].kind == "source"


def test_a_source_for_some_days_holds_for_those_days():
    scenario = small(
        calendar={"days": "mon-tue", "hours": {"mon": "08:00-14:00", "tue": "08:00-13:00"}},
        sources={"calendar.hours.mon": "decree", "calendar.hours.tue": "assumption"},
    )
    kinds = {f.path: f.kind for f in figures(scenario) if f.path.startswith("calendar.hours")}
    assert kinds == {"calendar.hours.mon": "source", "calendar.hours.tue": "assumption"}


def test_a_source_for_a_group_of_days_holds_for_the_group():
    scenario = small(
        calendar={
            "days": "mon-wed",
            "hours": "08:00-14:00",
            "breaks": {"mon-tue": "11:30-12:00", "wed": "12:00-13:00"},
        },
        sources={"calendar.breaks.mon-tue": "decree"},
    )
    kinds = {f.path: f.kind for f in figures(scenario) if f.path.startswith("calendar.breaks")}
    assert kinds == {"calendar.breaks.mon, tue": "source", "calendar.breaks.wed": "none"}


def test_what_a_scenario_leaves_out_is_no_figure_but_for_the_share_of_a_promise():
    scenario = mall({"a": {"counters": 1, "promise": {"wait": "9 min"},
                           "services": {"s": {"time": {"always": "4 min"}}}}})  # fmt: skip
    found = {f.path: f.kind for f in figures(scenario)}
    assert found.pop("agencies.a.promise.for") == "default"
    assert set(found) == {
        "calendar.hours", "agencies.a.counters", "agencies.a.promise.wait",
        "agencies.a.services.s.time.always", "journeys.all.per_day",
    }  # fmt: skip
    assert set(found.values()) == {"none"}


# --- the page -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mall_run", [busy, ample])
def test_the_page_is_whole_and_stands_alone(lang, mall_run):
    results, log = mall_run()
    page = render_page(results, log, lang, {"one": '<svg id="one-a"></svg>'})
    visible = Visible(page)
    assert visible.open == []
    assert "{" not in visible.text
    assert "nan" not in visible.text.lower().split()
    assert '<svg id="one-a"></svg>' in page
    assert not re.search(r"https?:|src=|@import|url\(", page)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in visible.tags}
    ids = [a["id"] for _, a in visible.tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {a["href"] for tag, a in visible.tags if tag == "a"}
    assert links <= {f"#{name}" for name in ids}
    assert render_page(results, log, lang, {"one": '<svg id="one-a"></svg>'}) == page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_comes_first_then_counts_assumptions_pictures_tables(lang):
    ids = [a.get("id") for _, a in Visible(render_page(*busy(), lang)).tags]
    order = [ids.index(name) for name in (
        "answer", "broken", "days", "counted", "assumed", "pictures", "tables", "words",
        "sources", "origin",
    )]  # fmt: skip
    assert order == sorted(order)


def test_whatever_a_scenario_says_is_text_on_the_page():
    scenario = small(name=HOSTILE, description=HOSTILE, sources={"a": HOSTILE})
    agency = scenario.agencies["a"].model_copy(update={"name": HOSTILE})
    journey = scenario.journeys["j"].model_copy(update={"name": HOSTILE})
    hostile = scenario.model_copy(
        update={"agencies": {**scenario.agencies, "a": agency},
                "journeys": {**scenario.journeys, "j": journey}}
    )  # fmt: skip
    page = render_page(*run(hostile, 3), "id")
    assert "<script" not in page
    assert Visible(page).text.count(HOSTILE) >= 5


@pytest.mark.parametrize(("lang", "never"), [("id", "belum dibandingkan"), ("en", "not been")])
def test_a_model_that_was_never_compared_says_so(lang, never):
    assert never in Visible(render_page(*ample(), lang)).text
    assert never not in Visible(render_page(*busy(), lang)).text


def test_a_continuous_run_has_a_page_without_weekdays():
    scenario = small(calendar={"continuous": "2 days", "warm_up": "1 day"}, demand={})
    results, log = run(scenario, 3)
    ids = [a.get("id") for _, a in Visible(render_page(results, log, "id")).tags]
    assert "days" not in ids
    assert Answer.of(results).busiest == ""


def test_the_date_is_printed_where_it_is_given():
    assert "24 November 2026" in render_page(*ample(), "en", made=date(2026, 11, 24))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mall_run", [busy, ample])
def test_the_command_line_gets_the_answer_in_five_lines(lang, mall_run):
    answer = Answer.of(mall_run()[0])
    lines = five_lines(answer, lang).splitlines()
    assert len(lines) == 5
    assert all(line and "{" not in line and " ;" not in line for line in lines)
    assert lines[0].startswith("Small mall: ")
    assert sentences.assumed(answer, lang) in lines[4]


def test_where_nothing_is_promised_nobody_is_done_within_a_promise():
    agencies = {"b": {"counters": 1, "services": {"s": {"time": {"mean": "9 min", "sd": "5 min"}}}}}
    journeys = {"j": {"per_day": 20, "stops": ["b.s"]}}
    results, log = run(small(agencies=agencies, journeys=journeys), 3)
    for lang, promised in (("en", "within its promise"), ("id", "tepat waktu")):
        assert Answer.of(results).verdict == "no_promise"
        page = Visible(render_page(results, log, lang)).text
        assert promised not in five_lines(Answer.of(results), lang)
        tiles = page.partition(catalogue(lang)["page.tile.gave_up"])[0]
        assert promised not in tiles


def test_all_that_break_their_promise_are_named_in_the_five_lines():
    promise = {"wait": "1 s"}
    slow = {"counters": 1, "promise": promise, "services": {"s": {"time": {"always": "9 min"}}}}
    names = ["a", "b", "c", "d", "e"]
    journeys = {n: {"per_day": 60, "stops": [f"{n}.s"]} for n in names}
    results, _ = run(small(agencies=dict.fromkeys(names, slow), journeys=journeys), 6)
    answer = Answer.of(results)
    assert len(answer.with_verdict("broken")) == 5
    named = five_lines(answer, "en").splitlines()[0].rpartition(": ")[2]
    assert sorted(named.replace("and ", "").strip(".").split(", ")) == names
    assert "5 of 5 agencies do not keep" in " ".join(sentences.verdict(answer, "en"))


def test_desks_at_the_entrance_are_not_called_agencies():
    wait = {"wait": "15 min"}
    desk = {"counters": 1, "promise": wait, "services": {"s": {"time": {"always": "1 min"}}}}
    data = small().model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    agencies = {**data["agencies"], "desk": desk}
    results, _ = run(small(agencies=agencies, entrance=["desk.s"]), 6)
    answer = Answer.of(results)
    assert answer.has_desks and not Answer.of(busy()[0]).has_desks
    assert "agencies and desks at the entrance" in " ".join(sentences.verdict(answer, "en"))


def test_figures_are_named_in_words_and_keep_their_path_at_hand():
    results, log = busy()
    page = render_page(results, log, "id")
    words = "Service S › Waktu layanan › Rata-rata"
    assert f'<span title="agencies.a.services.s.time.mean">{words}' in page


def test_what_the_author_wrote_is_marked_as_such():
    results, log = run(small(description="A mall of its author."), 2)
    text = Visible(render_page(results, log, "id")).text
    assert "Keterangan dalam berkas itu sendiri: A mall of its author." in text


def test_an_average_beside_a_median_is_explained():
    results, log = busy()
    day = Answer.of(results).busiest_day
    both = (day.fulfilled, day.spread_fulfilled.ordinary)
    mean, ordinary = (locale.of_hundred(estimate.value, "en") for estimate in both)
    page = Visible(render_page(results, log, "en")).text
    known = not math.isnan(day.spread_fulfilled.bad.value)
    assert (f"The average over all Mondays, {mean}" in page) == (known and mean != ordinary)
