"""Papers that lack something, and services that are parked: days by hand, and the limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall, us, workload_of
from traces import check, shifts

from sim.engine import simulate
from sim.errors import WorkloadError
from sim.log import STOP_OUTCOMES, VISIT_OUTCOMES
from sim.sampling import sample
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.statistics.measures import measure
from sim.workload import ENDS

ROOT = Path(__file__).parent.parent


def one_counter(**more: Any) -> Scenario:
    return mall({"a": {"counters": 1, "services": ["s"], **more}})


def test_who_lacks_a_paper_goes_home_after_part_of_the_service() -> None:
    """The counter is busy for the minutes until it is found.

    who due   time ends       | ticket called end   stop                  visit                left
    A   08:00 3    incomplete | 08:00  08:00  08:03 incomplete/incomplete sent_home/incomplete 08:03
    B   08:01 5    served     | 08:01  08:03  08:08 served                completed            08:08
    """
    log = check(test_who_lacks_a_paper_goes_home_after_part_of_the_service, one_counter())
    assert shifts(log)[:2] == ["a.1 08:00-08:08 serving", "a.1 08:08-16:00 idle"]


def test_who_fetches_a_copy_takes_a_new_ticket() -> None:
    """A is away for 6 minutes and then behind C, who came at 08:08.

    who due   walk time ends       | ticket called end   stop                  visit     left
    A   08:00 0    3    incomplete | 08:00  08:00  08:03 incomplete/incomplete -         -
    =   08:00 6    4    served     | 08:09  08:18  08:22 served                completed 08:22
    B   08:01 0    10   served     | 08:01  08:03  08:13 served                completed 08:13
    C   08:08 0    5    served     | 08:08  08:13  08:18 served                completed 08:18
    """
    log = check(test_who_fetches_a_copy_takes_a_new_ticket, one_counter())
    assert log.stops["number"].tolist() == [1, 4, 2, 3]


def test_who_keeps_her_ticket_is_called_before_all_others() -> None:
    """B and a senior wait when A comes back at 08:09 with her ticket; she is next.

    who due   class  walk time ends       keeps | ticket end   stop                  visit     left
    A   08:00 any    0    3    incomplete 0     | 08:00  08:03 incomplete/incomplete -         -
    =   08:00 any    6    4    served     1     | 08:09  08:17 served                completed 08:17
    B   08:01 any    0    10   served     0     | 08:01  08:13 served                completed 08:13
    C   08:08 senior 0    5    served     0     | 08:08  08:22 served                completed 08:22
    """
    classes = {"any": {}, "senior": {"share": "10 %", "priority": 1}}
    agency = {"counters": 1, "services": ["s"], "quota": 3}
    day = mall({"a": agency}, visitors=classes)
    log = check(test_who_keeps_her_ticket_is_called_before_all_others, day)
    assert log.stops["number"].tolist() == [1, 1, 2, 3]  # her ticket takes nothing from the quota


def test_papers_looked_at_before_a_ticket_cost_no_service_time() -> None:
    """A has no ticket; B fetches hers and is served at the second try.

    who due   walk time ends      | ticket end   stop                  visit                left
    A   08:00 0    3    no_papers | -      -     incomplete/incomplete sent_home/incomplete 08:00
    B   08:01 0    3    no_papers | -      -     incomplete/incomplete -                    -
    =   08:01 5    4    served    | 08:06  08:10 served                completed            08:10
    """
    check(test_papers_looked_at_before_a_ticket_cost_no_service_time, one_counter())


def test_who_is_parked_is_called_again_first_while_the_counter_goes_on() -> None:
    """A fills in a form from 08:04 to 08:09; B is served meanwhile, C after A.

    who due   walk time ends   keeps | ticket called end   stop   visit     left
    A   08:00 0    4    parked 0     | 08:00  08:00  08:04 parked -         -
    =   08:00 5    6    served 1     | 08:09  08:12  08:18 served completed 08:18
    B   08:01 0    8    served 0     | 08:01  08:04  08:12 served completed 08:12
    C   08:02 0    5    served 0     | 08:02  08:18  08:23 served completed 08:23
    """
    log = check(test_who_is_parked_is_called_again_first_while_the_counter_goes_on, one_counter())
    assert shifts(log)[0] == "a.1 08:00-08:23 serving"


def test_a_parked_ticket_is_served_after_its_agency_closed() -> None:
    """The agency closes at 09:00 with A's ticket out; its counter stays for her, not for B.

    who due   walk time ends   keeps | ticket called end   stop               visit          left
    A   08:55 0    5    parked 0     | 08:55  08:55  09:00 parked             -              -
    =   08:55 10   5    served 1     | 09:10  09:10  09:15 served             completed      09:15
    B   09:05 0    5    served 0     | -      -      -     turned_away/closed refused/closed 09:05
    """
    agency = {"counters": {"1": {"hours": "08:00-09:00"}}, "services": ["s"]}
    log = check(test_a_parked_ticket_is_served_after_its_agency_closed, mall({"a": agency}))
    assert shifts(log)[-2:] == ["a.1 09:00-09:10 idle", "a.1 09:10-09:15 serving"]


def test_who_is_away_at_closing_is_sent_home_from_the_stop_that_is_left() -> None:
    """She has one row for the stop that is left, although two tries were.

    who due   walk time ends       keeps | ticket end   stop                  visit            left
    A   15:50 0    5    incomplete 0     | 15:50  15:55 incomplete/incomplete -                -
    =   15:50 10   4    incomplete 1     | -      -     sent_home/closed      sent_home/closed 16:00
    =   15:50 10   4    served     1     | .      .     .                     -                -
    """
    day = mall({"a": 1}, calendar={"at_close": "send_home"})
    check(test_who_is_away_at_closing_is_sent_home_from_the_stop_that_is_left, day)


def test_after_incomplete_papers_she_may_go_on_to_the_next_stop() -> None:
    """The visit keeps the name of its first failure.

    who due   service time ends       | ticket stop                  visit                left
    A   08:00 a.s     3    incomplete | 08:00  incomplete/incomplete -                    -
    "   08:00 b.s     4    served     | 08:03  served                sent_home/incomplete 08:07
    """
    journeys = {"all": {"per_day": 9, "stops": ["a.s", "b.s"], "goes_on_after": "incomplete"}}
    day = mall({"a": 1, "b": 1}, journeys=journeys)
    check(test_after_incomplete_papers_she_may_go_on_to_the_next_stop, day)


def test_who_loses_patience_at_one_try_makes_no_other() -> None:
    """A's second row is never reached: she left before anybody saw her papers.

    who due   walk time patience ends       | ticket end   stop             visit         left
    B   08:00 0    30   -        served     | 08:00  08:30 served           completed     08:30
    A   08:01 0    3    5        incomplete | 08:01  08:06 reneged/patience left/patience 08:06
    =   08:01 6    4    5        served     | .      .     .                -             -
    """
    check(test_who_loses_patience_at_one_try_makes_no_other, one_counter())


# What is drawn

PARTS = {
    "at home": {"incomplete": "30 %"},
    "fetched": {"incomplete": {"share": "30 %", "after": "40 %", "fetch": {"always": "7 min"}}},
    "parked": {"park": {"after": "40 %", "for": {"always": "7 min"}, "share": "50 %"}},
}


def with_part(part: dict[str, Any], share: str | None = None) -> Scenario:
    of = {key: dict(value) if isinstance(value, dict) else value for key, value in part.items()}
    if share is not None:
        of = {k: {**v, "share": share} if isinstance(v, dict) else share for k, v in of.items()}
    service = {"s": {"time": {"mean": "9 min", "sd": "4 min"}, **of}}
    return mall({"a": {"counters": 2, "services": service}, "b": 1}, demand={"scale": 10})


@pytest.mark.parametrize("name", PARTS)
def test_a_share_of_zero_changes_no_row(name: str) -> None:
    plain, none = with_part({}), with_part(PARTS[name], "0 %")
    assert sample(none, 3) == sample(plain, 3)
    assert simulate(none, sample(none, 3)) == simulate(plain, sample(plain, 3))


@pytest.mark.parametrize("name", PARTS)
def test_only_those_concerned_draw_anything_else(name: str) -> None:
    """First rows at the first stop differ in nothing but what lacks and how long that takes."""
    plain, scenario = sample(with_part({}), 3), sample(with_part(PARTS[name]), 3)
    first = scenario.tries == 1
    for column in ("stop", "service", "walk", "patience", "balk", "misses"):
        assert (getattr(scenario, column)[first] == getattr(plain, column)).all(), column
    same = scenario.ends[first] == ENDS.index("served")
    assert (scenario.time[first][same] == plain.time[same]).all()
    assert 0 < same.sum() < len(same)


def test_the_parts_of_a_parked_service_are_the_whole() -> None:
    plain, parked = sample(with_part({}), 3), sample(with_part(PARTS["parked"]), 3)
    visit = np.repeat(np.arange(len(parked)), np.diff(parked.offset))
    of = np.repeat(np.arange(len(plain)), np.diff(plain.offset))
    for stop in (1, 2):
        time = np.bincount(visit[parked.stop == stop], parked.time[parked.stop == stop])
        assert (time == plain.time[(plain.stop == stop) & (of >= 0)]).all()
    rest = parked.keeps == 1
    assert set(parked.walk[rest].tolist()) == {us(7)}


def test_tries_end_at_their_number_and_each_draws_anew() -> None:
    part = {"incomplete": {"share": "80 %", "fetch": {"mean": "5 min", "sd": "2 min"}, "tries": 4}}
    workload = sample(with_part(part), 1)
    assert workload.tries.max() == 4
    again = workload.tries == 2
    assert len(np.unique(workload.walk[again])) == again.sum()
    assert 0.4 < (workload.ends[again] == 1).mean() < 1


def test_draws_survive_a_table() -> None:
    for name in PARTS:
        scenario = with_part(PARTS[name])
        workload = sample(scenario, 2)
        again = type(workload).from_frame(workload.to_frame(), scenario)
        assert again == workload


def test_a_kept_ticket_counts_once_in_the_measures() -> None:
    scenario = with_part(PARTS["parked"])
    log = simulate(scenario, sample(scenario, 1))
    measures = measure(log, scenario)
    tickets = next(
        value
        for m, value in zip(measures.measures, measures.value, strict=True)
        if (m.scope, m.name, m.measure, m.interval, m.weekday) == ("agency", "a", "tickets", "", "")
    )
    parked = (log.stop_rows.outcome == STOP_OUTCOMES.index("parked")).sum()
    assert parked > 0
    assert tickets == len(set(log.stops.loc[log.stops["agency"] == "a", "number"]) - {0})


# Tables that cannot be


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"ends": "served"}, {"ends": "served"}], "follows one that ends served"),
        ([{"ends": "served", "keeps": 1}], "no ticket that she could keep"),
        ([{"ends": "no_papers"}, {"ends": "served", "keeps": 1}], "no ticket that she could keep"),
        ([{"ends": "parked"}], "needs a row for its rest"),
        ([{"ends": "incomplete"}, {"ends": "served", "tries": 3}], "numbered 1, 2"),
    ],
)
def test_a_table_whose_tries_do_not_follow_is_refused(
    rows: list[dict[str, Any]], said: str
) -> None:
    scenario = one_counter()
    base = {"journey": "all", "index": 0, "stop": 1, "due": us(480), "service": "a.s"}
    full = [
        {**base, "time": us(5), "keeps": 0, "tries": k + 1, **row} for k, row in enumerate(rows)
    ]
    with pytest.raises(WorkloadError, match=said):
        simulate(scenario, workload_of(scenario, full))


def test_the_small_scenarios_show_what_they_are_for() -> None:
    for name, outcome in (("incomplete", "incomplete"), ("park", "parked")):
        scenario = load(ROOT / "scenarios" / "features" / f"{name}.yaml")
        log = simulate(scenario, sample(scenario, 1))
        assert (log.stop_rows.outcome == STOP_OUTCOMES.index(outcome)).sum() > 3
        assert (log.visit_rows.outcome == VISIT_OUTCOMES.index("completed")).sum() > 10
