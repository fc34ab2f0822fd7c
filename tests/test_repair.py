"""A plan that fails may join if a repair that was tried on the same citizens holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from malls import scenario_of

from sim import MallError, Scenario, compare
from sim.experiments.break_even import with_break_evens
from sim.experiments.compare import Alternative
from sim.experiments.mending import with_repairs
from sim.experiments.plenty import Plenty, with_plenty
from sim.report.comparison import changed, described, of_100, plain, with_condition
from sim.report.comparison_page import render_comparison, sheets
from sim.report.differences import differences
from sim.report.no_repair import no_repair
from sim.report.repair import repair_words
from sim.report.sheet import Section, Sheet, sheet_of
from sim.report.sheet_pdf import MARGIN, _placed, sheets_pdf
from sim.scenario.loading import load_text
from sim.scenario.noted import read_quantity
from sim.scenario.writing import resolved
from sim.statistics.intervals import PairedDifference
from sim.statistics.verdict import together
from sim.words import say

FEATURES = Path(__file__).parent.parent / "scenarios" / "features"
NAMED: dict[str, Any] = {
    "a": {
        "counters": {"one": {"serves": ["s"]}},
        "promise": {"wait": "10 min"},
        "services": {"s": {"time": {"mean": "5 min", "sd": "3 min"}}},
    }
}


def mall(counters: int, newcomers: int = 0, **more: Any) -> Scenario:
    """Return two hours of one agency, with as many newcomers on its way."""
    journeys = {"old": {"per_day": 10, "stops": ["a.s"]}}
    if newcomers:
        journeys["new"] = {"per_day": newcomers, "stops": ["a.s"]}
    service = {"s": {"name": "Papers", "time": {"mean": "5 min", "sd": "3 min"}}}
    return scenario_of(
        {
            "name": f"with {counters}",
            "calendar": {"days": "mon", "hours": "08:00-10:00"},
            "agencies": {
                "a": {"counters": counters, "promise": {"wait": "10 min"}, "services": service}
            },
            "journeys": journeys,
            "decision": {"every_agency_keeps": "promise"},
            **more,
        }
    )


def test_what_fails_may_join_if_it_is_mended_and_not_if_it_is_not() -> None:
    base, plan = mall(3), mall(3, 200)
    for repair, verdict in ((mall(30, 200), "may_join_if"), (mall(4, 200), "may_not")):
        found = compare(base, plan, 10, repairs=[repair], seed=3, workers=1)
        (of,) = found.alternatives
        assert (of.as_planned, of.verdict) == ("may_not", verdict)
        assert of.repair is not None and of.repair.scenario is repair
        assert of.confidence == together(2)  # one condition, looked at in both malls
        text = described(found, "en")
        assert ("may join if this is done: a: 27 more at its counters all day" in text) == (
            of.verdict != "may_not"
        )
        assert ("That is not enough: a" in text) == (of.verdict == "may_not")
        assert plain(found)["alternatives"][0]["repair"]["name"] == repair.name
        page = render_comparison(found, "id")
        assert ("Ya, dengan syarat." in page) == (of.verdict != "may_not")


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_shows_the_plan_with_its_condition_and_says_what_it_is_without(lang: str) -> None:
    found = compare(mall(3), mall(3, 200), 10, repairs=[mall(30, 200)], seed=3, workers=1)
    (of,) = found.alternatives
    assert of.repair is of.carried_out
    done, bare = (
        of_100(one.present.estimate("fulfilled").value, lang) for one in (of.carried_out, of)
    )
    (sheet,) = sheets(found, lang)
    worse = next(s for s in sheet.sections if s.title.startswith(say("sheet.worse", lang)))
    assert done != bare and done in worse.lines[0] and bare in worse.lines[1]
    page = render_comparison(found, lang)
    assert f"→ {done}</b>" in page
    assert say("compare.page.today_without", lang, after=bare) in page
    assert with_condition(say("compare.page.agencies", lang), True, lang) in page
    (condition,), (failing,) = of.carried_out.conditions, of.conditions
    shares = [of_100(one.estimate.value, lang) for one in (condition, failing)]
    without = page.index(say("compare.without", lang))
    assert page.index(f"{shares[0]} ") < without < page.index(f"{shares[1]} ", without)


def test_the_sheet_says_why_a_condition_is_enough_though_a_promise_stays_broken() -> None:
    found = compare(mall(3), mall(3, 200), 10, repairs=[mall(30, 200)], seed=3, workers=1)
    (of,) = found.alternatives
    assert of.repair is not None and not any("either" in line for line in condition_of(of, "en"))
    (kept,) = of.repair.conditions
    same = PairedDifference(0.0, 0.0, 0.0, 10, "paired t", 0.95)
    broken_as_today = replace(kept, state="broken", before="broken", change=same)
    of.repair.__dict__["conditions"] = (broken_as_today,)
    assert not broken_as_today.blamed and of.as_assumed == "may_join_if"
    (said,) = (line for line in condition_of(of, "en") if "either" in line)
    assert "must not get worse by more than 2 of 100" in said


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_sheet_speaks_of_people_and_fits_one_page(lang: str) -> None:
    plan = mall(3, 200)
    found = compare(mall(3), plan, 10, repairs=[mall(30, 200)], seed=3, workers=1)
    (sheet,) = sheets(found, lang)
    said = "\n".join([*sheet.verdict, *(line for s in sheet.sections for line in s.lines)])
    assert "±" not in said and "−" not in said
    titles = [section.title for section in sheet.sections]
    order = (
        "rule",
        "repair",
        "sure",
        "changes",
        "shared",
        "worse",
        "days",
        "counted",
        "writing",
        "missing",
    )
    mended = ("shared", "worse", "days")
    assert titles == [
        with_condition(say(f"sheet.{key}", lang), key in mended, lang) for key in order
    ]
    page = sheets_pdf([sheet, sheet], "mppsim")
    assert page.startswith(b"%PDF") and page.count(b"/Type /Page ") == 2
    assert page == sheets_pdf([sheet, sheet], "mppsim")


def test_a_long_sheet_is_written_smaller_until_it_fits() -> None:
    def lowest(lines: int) -> tuple[float, float]:
        sheet = Sheet("t", ("v",), (Section("s", ("some words of a line " * 6,) * lines),))
        placed = list(_placed(sheet, "footer"))[:-1]
        return min(y for _, y, _, _ in placed), placed[-1][3]

    (few, large), (many, small) = lowest(3), lowest(40)
    assert small < large and min(few, many) >= MARGIN


def test_another_mall_is_no_alternative() -> None:
    other = mall(2)
    agencies = {"b": other.agencies["a"]}
    alone = other.model_copy(update={"agencies": agencies, "journeys": {}, "name": "far"})
    with pytest.raises(MallError, match="'far' has no agency and no journey of 'with 2'"):
        compare(other, alone, 2)


def test_what_may_join_needs_no_repair() -> None:
    found = compare(mall(30), mall(30, 20), 10, repairs=[mall(31, 20)], seed=3, workers=1)
    assert found.alternatives[0].verdict == "may_join"


def test_each_alternative_has_its_repair() -> None:
    with pytest.raises(MallError, match="2 alternatives, 1 repairs"):
        compare(mall(1), [mall(1, 5), mall(1, 6)], 2, repairs=[mall(2, 5)])


def test_differences_are_said_as_a_planner_would() -> None:
    before, after = mall(2), mall(2, 20, hall={"capacity": 50})
    table = {"08:00": 2, "09:00": 3}
    time = {"always": "5 min"}
    more = mall(2, agencies={"a": {"counters": table, "services": {"s": {"time": time}}}})
    assert differences(before, before, "en") == []
    assert "new: the errand new" in differences(before, after, "en")
    assert "no more: the errand new" in differences(after, before, "en")
    said = differences(before, more, "id")
    assert said[0] == "a › Loket: 2 → mulai 08.00 2, mulai 09.00 3"


@pytest.mark.parametrize(
    ("feature", "cut", "en", "id_"),
    [
        ("choices", ("{choose: [loket-a.cek, loket-b.cek], by: shortest_line}", "loket-a.cek"),
         "loket-a.cek or loket-b.cek, where the line is shortest", "yang antreannya paling pendek"),
        ("choices", ("{repeat: [dukcapil.kk], share: 25 %, at_most: 3}", "dukcapil.kk"),
         "once more with 25%: dukcapil.kk, 3 times in all at most", "diulang dengan peluang 25%"),
        ("choices", ("    needs: {bpjs.daftar: dukcapil.kk}", "   "),
         "(bpjs.daftar needs a document of dukcapil.kk)", "memerlukan dokumen dari dukcapil.kk"),
        ("choices", ("{bpjs.daftar: 70 %}]}", "{bpjs.daftar: 50 %}]}"),
         "dukcapil.kk, bank.bayar, and bpjs.daftar 70% in any order", "dengan urutan bebas"),
        ("incomplete", (", found: before_ticket", ""), "before she takes a ticket",
         "sebelum mengambil nomor"),
        ("incomplete", ("back_to: head", "back_to: tail"), "at the head of the line",
         "di depan antrean"),
    ],
)  # fmt: skip
def test_rules_are_told_in_words(feature: str, cut: tuple[str, str], en: str, id_: str) -> None:
    text = (FEATURES / f"{feature}.yaml").read_text(encoding="utf-8")
    assert cut[0] in text
    without, mall_ = load_text(text.replace(*cut)), load_text(text)
    for lang, said in (("en", en), ("id", id_)):
        assert any(said in line for line in differences(without, mall_, lang))


def test_a_rule_that_is_new_is_told_with_its_figures() -> None:
    text = (FEATURES / "park.yaml").read_text(encoding="utf-8")
    begin, end = text.index("        park:"), text.index("journeys:")
    (said,) = differences(load_text(text[:begin] + text[end:]), load_text(text), "en")
    assert said == (
        "new: samsat › Pajak kendaraan › Something to do elsewhere (Time before it 60%, "
        "How long it takes (Mean 6 min, Standard deviation 3 min), Share 80%)"
    )


def test_a_plan_that_changes_an_agency_of_today_says_so() -> None:
    changing, joining = compare(mall(3), [mall(4, 5), mall(3, 5)], 2, workers=1).alternatives
    said = list(changed(changing, "en"))
    assert said[0].startswith("The plan also changes agencies that are there today: a.")
    assert said[1:] == ["a › Counters: 3 → 4", "new: the errand new"]
    assert list(changed(joining, "en")) == ["new: the errand new"]


def two_agencies(newcomers: int = 0) -> Scenario:
    """Return a mall whose newcomers meet those of today at one agency, most before ten."""
    plan = mall(1, newcomers)
    data: dict[str, Any] = resolved(plan)
    data["calendar"]["hours"] = "08:00-12:00"
    data["demand"] = {"profile": {"08:00": 8, "10:00": 1}}
    data["agencies"]["a"]["promise"] = {"wait": "15 min", "for": "80 %"}
    return scenario_of(data)


def test_a_repair_that_is_found_is_short_and_holds_on_citizens_of_its_own() -> None:
    found = compare(two_agencies(), two_agencies(30), 60, seed=2, workers=1)
    assert found.alternatives[0].verdict == "may_not"
    (of,) = with_repairs(found, workers=1).alternatives
    assert of.verdict == "may_join_if" and of.repair is not None
    table = of.repair.scenario.agencies["a"].counters.table  # type: ignore[union-attr]
    assert table[0][1] == 2 and table[-1][1] == 1  # a second officer, and not all day
    assert of.conditions[0].estimate.value == found.alternatives[0].conditions[0].estimate.value
    assert repair_words(of.scenario, of.repair.scenario, "en")[0].startswith(
        "a: 1 more at its counters from 08:00 to 1"
    )


def test_a_repair_that_is_found_hangs_on_the_ranges_of_its_plan() -> None:
    ranges = {"journeys.new.per_day": (read_quantity("20"), read_quantity("300"))}
    plan = two_agencies(30).model_copy(update={"plausible": ranges})
    found = with_repairs(compare(two_agencies(), plan, 60, seed=2, workers=1), workers=1)
    (of,) = with_break_evens(found, workers=1).alternatives
    assert of.repair is not None and of.repair.scenario.plausible == ranges
    assert (of.as_assumed, of.verdict) == ("may_join_if", "cannot_tell")
    assert [b.path for b in of.until] == ["journeys.new.per_day"]


def test_no_officer_is_added_where_none_is_needed_or_none_would_help() -> None:
    kept = compare(mall(30), mall(30, 5), 10, seed=3, workers=1)
    assert with_repairs(kept, workers=1) is kept
    named = mall(1, 60, agencies=NAMED)
    lost = compare(mall(1, agencies=NAMED), named, 10, seed=3, workers=1)
    (of,) = with_repairs(lost, workers=1).alternatives
    assert of.as_planned == lost.alternatives[0].as_planned == "may_not" and of.repair is None
    assert any("counters have names" in line for line in condition_of(of, "en"))
    assert condition_of(lost.alternatives[0], "en") == ("No repair was looked for.",)


def condition_of(of: Alternative, lang: str) -> tuple[str, ...]:
    """Return what the sheet says of the condition under which the plan may join."""
    title = say("sheet.repair", lang)
    (found,) = [s.lines for s in sheet_of(of, [], lang).sections if s.title == title]
    return found


@pytest.mark.parametrize("lang", ["en", "id"])
def test_where_no_officer_helps_the_page_says_what_people_wait_for(lang: str) -> None:
    """The newcomers come in the hour before the counters open."""
    early = {"calendar": {"days": "mon", "hours": "09:00-11:00", "doors": "08:00"},
             "demand": {"profile": {"08:00": 1, "09:00": 0, "10:00": 0}}}  # fmt: skip
    found = compare(mall(3), mall(3, 5), 2, workers=1).alternatives[0]
    plan = replace(found, scenario=mall(3, 5, **early))
    plenty = with_plenty(plan.scenario, "a", 0, "compiled")
    assert list(plenty.causes) == ["closed"] and plenty.share < 0.5
    said = " ".join(no_repair(broken(plan, plenty), lang))
    assert say("study.explain.cause.closed", lang) in said


def broken(of: Alternative, plenty: Plenty) -> Alternative:
    """Return a plan whose agency surely breaks its promise, and for which no repair was found."""
    one = replace(of.conditions[0], state="broken", before="new")
    of = replace(of, not_mended={"a": plenty})
    of.__dict__["conditions"] = (one,)
    return of


def test_against_refusals_the_page_names_their_reason() -> None:
    few = {"decision": {"refused_at_most": "1 %"}}
    base, plan = (mall(3, n, **few) for n in (0, 40))
    quota = scenario_of({**resolved(plan), "agencies": with_quota(plan, 5)})
    found = with_repairs(compare(base, quota, 10, seed=3, workers=1), workers=1)
    said = " ".join(condition_of(found.alternatives[0], "en"))
    assert "Officers do not help against refusals" in said and "since the quota is gone" in said


def with_quota(plan: Scenario, number: int) -> dict[str, Any]:
    data: dict[str, Any] = resolved(plan)["agencies"]
    data["a"]["quota"] = number
    return data


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "(Rp 90,000 a day)"), ("id", "(Rp 90.000 sehari)")]
)
def test_officers_cost_what_the_agency_states_for_the_hours_that_they_work(
    lang: str, said: str
) -> None:
    """Two hours without a break, one hour of it, and one of two hours in a break."""

    def costing(counters: Any, **calendar: Any) -> Scenario:
        scenario = resolved(mall(1))
        scenario["agencies"]["a"] |= {"counters": counters, "officer_cost": 45000}
        scenario["calendar"] |= calendar
        return scenario_of(scenario)

    (all_day,) = repair_words(costing(2), costing(3), lang)
    assert all_day.endswith(said)
    (from_nine,) = repair_words(costing(2), costing({"08:00": 2, "09:00": 4}), lang)
    assert from_nine.endswith(said)
    noon = {"breaks": {"mon": ["09:00-10:00"]}}
    (half,) = repair_words(costing(2, **noon), costing(4, **noon), lang)
    assert half.endswith(said)
    (unknown,) = repair_words(mall(2), mall(3), lang)
    assert "Rp" not in unknown
